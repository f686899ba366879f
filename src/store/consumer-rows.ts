// How far named consumers have come, on disk: one row a name, written only by whoever holds the consumer's lock, and fenced by a claim number,
// so that a holder who lost it without knowing changes nothing. Every write is strict: what was done once must not be done again after a power cut.
import { isObject } from '../protocol/json.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Position } from './contract.ts';
import type { Database } from './database.ts';
import { openScope, type OpenDeps } from './open-scope.ts';
import { CLOSED_KEY } from './schema.ts';
import { closedError } from './store-errors.ts';

export interface ConsumerRow {
  /** Counts holders; the present one alone may write. */
  readonly claim: number;
  /** Everything up to here is done; null before the consumer's first start. */
  readonly position: Position | null;
  /** Of an at-most-once consumer: the event that is being acted on, by id and place; null when none is. */
  readonly acting: { readonly id: string; readonly at: Position } | null;
}

export interface ConsumerRows {
  /** Takes the consumer over: the row as it was left, with a new claim. */
  claim(name: string): Promise<ConsumerRow>;
  /** Fails with `reign/fenced` when somebody else has claimed it since. */
  put(name: string, row: ConsumerRow): Promise<void>;
  close(): void;
}

const UNCLAIMED: ConsumerRow = { claim: 0, position: null, acting: null };

/** Opens the rows of a scope. Fails as every opening of its database does: `store/blocked`, `store/closed`, `store/failed`. */
export async function openConsumerRows(deps: OpenDeps, signal: AbortSignal): Promise<ConsumerRows> {
  const database = await openScope(deps, signal);
  return { ...createConsumerRows(database), close: () => database.close() };
}

export function createConsumerRows(database: Pick<Database, 'write'>): Omit<ConsumerRows, 'close'> {
  function update<T>(name: string, next: (before: ConsumerRow) => readonly [ConsumerRow, T]): Promise<T> {
    return database.write(['consumers'], 'strict', async (tx) => {
      const rows = tx.objectStore('consumers');
      const [closed, stored] = await Promise.all([rows.get(CLOSED_KEY), rows.get(name)]);
      if (closed !== undefined) throw closedError();
      const [row, result] = next(decodeRow(stored));
      await rows.put(row, name);
      return result;
    });
  }

  return {
    claim: (name) =>
      update(name, (before) => {
        const row = { ...before, claim: before.claim + 1 };
        return [row, row];
      }),
    put: (name, row) =>
      update(name, (before) => {
        if (before.claim === row.claim) return [row, undefined];
        throw new SyncError('reign/fenced', 'Another tab has taken this consumer over', { details: { name, claim: row.claim, stored: before.claim } });
      }),
  };
}

/** A row that can't be read is none: the consumer begins anew, which its `onSkipped` says. */
function decodeRow(value: unknown): ConsumerRow {
  if (!isObject(value) || typeof value['claim'] !== 'number') return UNCLAIMED;
  const { claim, position, acting } = value;
  const isActing = isObject(acting) && typeof acting['id'] === 'string' && isPosition(acting['at']);
  return { claim, position: isPosition(position) ? position : null, acting: isActing ? (acting as unknown as ConsumerRow['acting']) : null };
}

function isPosition(value: unknown): value is Position & Record<string, never> {
  return isObject(value) && typeof value['run'] === 'string' && typeof value['seq'] === 'number';
}
