// What the end of an attempt means to people, in a sentence. Loaded after the start: an engine that connects at once says none of them.
import { SyncError } from '../core/sync-error.ts';
import type { StreamEnd } from '../transport/contract.ts';
import { withheldError } from './late-code.ts';

/** Null where the end is no error. */
export function endSentence(end: StreamEnd): SyncError | null {
  const say = SENTENCES[end.kind] as (end: StreamEnd) => SyncError | null;
  return say(end);
}

const unreachable = () => new SyncError('net/offline', 'The server can not be reached. What is on this device stays; it is tried again by itself.');

const SENTENCES: { readonly [K in StreamEnd['kind']]: (end: Extract<StreamEnd, { kind: K }>) => SyncError | null } = {
  offline: unreachable,
  withheld: withheldError,
  reset: unreachable,
  'wrong-answer': ({ status, contentType }) =>
    new SyncError(
      'net/answer',
      `Something answered that is not the sync server (status ${status}, ${contentType ?? 'no content type'}). Is there a sign-in page of the Wi-Fi in between?`,
    ),
  server: ({ status }) => new SyncError('net/server', `The server has a problem (status ${status}). It is tried again by itself.`),
  limited: () => new SyncError('rate/limited', 'The server asks for patience. It is tried again when its time is up.'),
  unauthorized: ({ reason }) =>
    reason === 'auth'
      ? new SyncError('auth/expired', 'The session ended. Sign in again; nothing on this device is lost.')
      : new SyncError('identity/mismatch', 'Somebody else is signed in on the server. Sign in again as this user; nothing on this device is lost.'),
  forbidden: () => new SyncError('auth/forbidden', 'The server does not allow this user to follow this data. Ask a manager.'),
  outdated: () => new SyncError('term/stale', 'A newer tab of this device leads the connection.'),
  stopped: () => null,
  aborted: () => null,
};
