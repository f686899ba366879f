// Where a redirect leads: our server may move within its origin, anything else is a portal or a proxy. Loaded with the first redirect.
import type { Net } from '../platform/ports.ts';
import { fetchOnce, letGo, type Dialled } from './fetch-once.ts';

/** `status` is the redirect's: what is known where it ends nowhere. */
export async function followRedirect(
  net: Net,
  { url, init, status }: { readonly url: string; readonly init: RequestInit; readonly status: number },
  signal: AbortSignal,
): Promise<Dialled> {
  const last = await fetchOnce(net, url, { ...init, redirect: 'follow' }, signal);
  if (last.kind === 'offline') return { kind: 'astray', status, contentType: null };
  if (last.kind !== 'answer' || isSameOrigin(last.answer, url)) return last;
  letGo(last.answer);
  return { kind: 'astray', status: last.answer.status, contentType: last.answer.headers.get('content-type') };
}

function isSameOrigin(answer: Response, url: string): boolean {
  if (!answer.redirected || answer.url === '') return true;
  const asked = originOf(url) ?? globalThis.location?.origin;
  return originOf(answer.url) === asked;
}

/** Null for a relative address: it belongs to the origin that the code was loaded from. */
function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
