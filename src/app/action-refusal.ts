// What a person reads when a write did not work: the server's own detail, and what to do now.
import type { BoardAction } from '../domain/board-action.ts';
import { SyncError, type SyncErrorCode } from '@/lib/sync';
import { words } from './words.ts';

/** Codes that answer a write which may or may not have arrived. */
const SILENT: readonly SyncErrorCode[] = ['net/offline', 'net/timeout', 'net/server', 'net/answer', 'write/in-flight'];

/** Of a write that could not be kept: nothing was saved, and that is said first. */
const NO_ROOM: readonly SyncErrorCode[] = ['store/quota', 'store/outbox-full'];
const NOT_KEPT: readonly SyncErrorCode[] = ['store/failed', 'store/blocked', 'store/closed', 'store/unavailable', 'write/too-large'];

export function refusalText(action: BoardAction, error: unknown): string {
  return notKept(words.actionName(action), error);
}

/** `name`: what was tried, as its button says it. */
export function notKept(name: string, error: unknown): string {
  if (!(error instanceof SyncError)) return words.outbox.notSaved(String(error));
  if (NO_ROOM.includes(error.code)) return words.outbox.full;
  return NOT_KEPT.includes(error.code) ? words.outbox.notSaved(error.message) : refusalOf(name, error);
}

function refusalOf(name: string, error: SyncError): string {
  if (SILENT.includes(error.code)) return wasSent(error) ? words.refused.noAnswer(name) : words.needsConnection;
  const said = error.details['detail'];
  const detail = typeof said === 'string' && said !== '' ? said : error.message;
  switch (error.code) {
    case 'write/conflict':
      return error.details['status'] === 412 ? words.refused.stale : words.refused.conflict(detail);
    case 'write/rejected':
      return words.refused.rejected(detail);
    case 'auth/forbidden':
      return words.refused.forbidden(detail);
    case 'auth/expired':
      return words.refused.signIn;
    case 'identity/mismatch':
      return words.refused.otherSession;
    case 'rate/limited':
      return words.refused.busy;
    default:
      return words.refused.other(detail);
  }
}

/** An error made before anything was sent has no status; one after silence has 0. */
function wasSent(error: SyncError): boolean {
  return error.details['status'] !== undefined;
}
