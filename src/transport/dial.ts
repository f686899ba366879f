// One fetch whose failures have names: no answer, an answer that leads elsewhere, or the answer. It never throws and never waits beyond its signal.
import type { Net } from '../platform/ports.ts';
import { ABORTED, orAborted } from './abort-race.ts';

/** `astray` = redirects that end nowhere, or at another origin; `status` is what the last visible answer had. */
export type Dialled =
  | { readonly kind: 'answer'; readonly answer: Response }
  | { readonly kind: 'astray'; readonly status: number; readonly contentType: string | null }
  | { readonly kind: 'offline' }
  | { readonly kind: 'aborted' };

export interface Call {
  readonly url: string;
  readonly init: RequestInit;
  readonly redirects: 'follow' | 'refuse';
}

/**
 * Asks without following redirects, so that a redirect which leads nowhere isn't taken for a missing network: browsers report both as one
 * failure. `follow` then follows them within the origin (writes must not: a 302 turns a POST into a GET whose 200 says nothing about the write).
 */
export async function dial(net: Net, { url, init, redirects }: Call, signal: AbortSignal): Promise<Dialled> {
  const first = await fetchOnce(net, url, { ...init, redirect: 'manual' }, signal);
  if (first.kind !== 'answer' || !isRedirect(first.answer)) return first;
  const { status } = first.answer;
  letGo(first.answer);
  if (redirects === 'refuse') return { kind: 'astray', status, contentType: null };
  // Code that can't be loaded: what redirects the requests of this origin redirects that one too.
  const loaded = await import('./follow-redirect.ts').catch(() => null);
  return loaded ? loaded.followRedirect(net, { url, init, status }, signal) : { kind: 'astray', status, contentType: null };
}

/** Gives an answer's connection back without reading what it would still send. */
export function letGo(answer: Response): void {
  answer.body?.cancel().catch(() => {});
}

/** One fetch, whose failures have names. */
export async function fetchOnce(net: Net, url: string, init: RequestInit, signal: AbortSignal): Promise<Dialled> {
  const asked = ask(net, url, { ...init, signal });
  const answer = await orAborted(asked, signal);
  if (answer === ABORTED) {
    // A fetch that ignores its signal must not keep a stream open that nobody reads.
    void asked.then((late) => late && letGo(late));
    return { kind: 'aborted' };
  }
  if (answer) return { kind: 'answer', answer };
  return signal.aborted ? { kind: 'aborted' } : { kind: 'offline' };
}

async function ask(net: Net, url: string, init: RequestInit): Promise<Response | null> {
  try {
    return await net.fetch(url, init);
  } catch {
    return null;
  }
}

/** Browsers hide the status (0, opaque); others show it. */
function isRedirect(answer: Response): boolean {
  return answer.type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(answer.status);
}
