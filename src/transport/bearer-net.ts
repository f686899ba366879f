// Requests that carry a bearer token, as a Net like any other: stream, snapshot, poll and page requests need not know. A token that the server
// refuses is renewed once, then the refusal stands. It must never send a token to another origin, put one into an address, or log one.
import type { Net } from '../platform/ports.ts';

/** Where tokens come from: in a page the application, in an engine some page. Neither rejects. */
export interface TokenPort {
  /** The token to send; null when nobody has one to give. */
  current(): Promise<string | null>;
  /** Another in the place of `refused`, asked for once however many requests wait; null when there is none. */
  renewed(refused: string): Promise<string | null>;
}

/** What can stand in a header, and no more than servers take there. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** An application's answer as a token; anything that can't be one is null. */
export function readToken(value: unknown): string | null {
  return typeof value === 'string' && TOKEN.test(value) ? value : null;
}

/** Without a token nothing is sent: the answer is the 401 that the server would give. */
export function createBearerNet(net: Net, tokens: TokenPort, baseUrl: string): Net {
  return {
    async fetch(url, init) {
      if (!isWithin(url, baseUrl)) return net.fetch(url, init);
      const token = await tokens.current();
      if (token === null) return new Response(null, { status: 401 });
      const answer = await net.fetch(url, withToken(init, token));
      if (answer.status !== 401) return answer;
      const next = await tokens.renewed(token);
      if (next === null || next === token) return answer;
      answer.body?.cancel().catch(() => {});
      return net.fetch(url, withToken(init, next));
    },
  };
}

/** No cookie beside it: it may be another person's, who is signed in on the same server in another tab. */
export function withToken(init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${token}`);
  return { ...init, headers, credentials: 'omit' };
}

/** A relative address belongs to the origin that the code was loaded from. */
function isWithin(url: string, baseUrl: string): boolean {
  const origin = originOf(baseUrl) ?? globalThis.location?.origin;
  return (originOf(url) ?? globalThis.location?.origin) === origin;
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
