// One fetch whose failures have names: no answer, an answer that leads elsewhere, or the answer. It never throws and never waits beyond its signal.
import type { Net } from '../platform/ports.ts';
import { ABORTED, orAborted } from './abort-race.ts';

/** `astray` = redirects that end nowhere, or at another origin; `status` is what the last visible answer had. */
export type Dialled =
  | { readonly kind: 'answer'; readonly answer: Response }
  | { readonly kind: 'astray'; readonly status: number; readonly contentType: string | null }
  | { readonly kind: 'offline' }
  | { readonly kind: 'aborted' };

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
