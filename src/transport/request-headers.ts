// How a request says whose it is (law 9) and where a stream goes on. It must never make a header that `fetch` refuses to send.
import { HEADERS } from '../protocol/http.ts';
import type { Identity } from './contract.ts';

/** The `Sync-*` headers of a request; `term` for streams alone. */
export function identityHeaders(identity: Identity, term?: number): Record<string, string> {
  return {
    [HEADERS.tenant]: headerText(identity.tenant),
    [HEADERS.user]: headerText(identity.user),
    [HEADERS.device]: headerText(identity.device),
    ...(term === undefined ? {} : { [HEADERS.term]: String(term) }),
  };
}

/**
 * A cursor as a header or, where it can't be one (spaces at its ends are lost, other than ASCII is refused), as a query. Ours are
 * always headers; a server in bare mode may call its events anything.
 */
export function resumeFrom(cursor: string): { readonly headers: Record<string, string>; readonly query: string } {
  if (cursor === '') return { headers: {}, query: '' };
  if (/^[\x21-\x7e]+$/.test(cursor)) return { headers: { 'Last-Event-ID': cursor }, query: '' };
  return { headers: {}, query: `?lastEventId=${encodeURIComponent(cursor.toWellFormed())}` };
}

/** Percent-encoded where it would not survive as it is: the server then answers that it doesn't know such a one, which is true. */
function headerText(value: string): string {
  return /^[\x21-\x7e]*$/.test(value) ? value : encodeURIComponent(value.toWellFormed());
}
