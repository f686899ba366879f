// A call to a server: one fetch, and where its answer is a redirect, the fetch that follows it within the origin.
import type { Net } from '../platform/ports.ts';
import { fetchOnce, letGo, type Dialled } from './fetch-once.ts';

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

/** Browsers hide the status (0, opaque); others show it. */
function isRedirect(answer: Response): boolean {
  return answer.type === 'opaqueredirect' || [301, 302, 303, 307, 308].includes(answer.status);
}
