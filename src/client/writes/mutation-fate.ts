// How a write ended, read from the rows: acknowledged, refused, in conflict, given up, or replaced by another entry whose fate is then its own.
import type { Entry } from '../../core/entry.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { Fate } from './mutation.ts';

/** Null while it is not known. `wasKnown`: the page had seen the row that is missing now. */
export function fateOf(id: string, entries: readonly Entry[], wasKnown: boolean): Fate | null {
  const entry = entries.find((one) => one.id === id);
  if (!entry) return wasKnown ? { outcome: 'unknown', id } : null;
  switch (entry.state) {
    case 'acked':
      return appliedFate(entry);
    case 'dead':
      return { outcome: 'rejected', id, error: refusalOf(entry) };
    case 'conflict':
      return { outcome: 'conflict', id, entry };
    case 'discarded':
      return entry.answer?.current ? { outcome: 'conflict', id, entry } : { outcome: 'rejected', id, error: givenUp() };
    case 'superseded':
      return successorFate(entry, entries);
    default:
      return null;
  }
}

function appliedFate({ id, answer }: Entry): Fate {
  return { outcome: 'applied', id, version: answer?.ackVersion ?? null, cursor: answer?.ackCursor ?? null };
}

function successorFate({ id }: Entry, entries: readonly Entry[]): Fate | null {
  const next = entries.find(({ supersedes }) => supersedes === id);
  const fate = next && fateOf(next.id, entries, false);
  return fate ? { ...fate, id } : null;
}

/** What the server said, as an error with its fields. */
export function refusalOf({ answer }: Pick<Entry, 'answer'>): SyncError {
  const { status, code, detail, field, expected } = answer ?? {};
  const facts = Object.entries({ status, code, detail, field, expected }).filter(([, fact]) => fact !== null && fact !== undefined);
  return new SyncError(status === 403 ? 'auth/forbidden' : 'write/rejected', detail ?? 'The server refused this change.', {
    details: Object.fromEntries(facts),
  });
}

function givenUp(): SyncError {
  return new SyncError('write/rejected', 'The change was discarded on this device.', { details: { isDiscarded: true } });
}
