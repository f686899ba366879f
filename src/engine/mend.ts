// Fetches whole documents for those that lack a change: one request at a time, the rest waits. Loaded with the first that is stale.
import type { Identity, Snapshots } from '../transport/contract.ts';
import type { Counters } from './counters.ts';
import type { Ingest } from './ingest.ts';

export interface DocumentKey {
  readonly collection: string;
  readonly id: string;
}

export interface MendDeps {
  readonly rest: Snapshots;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly counters: Counters;
  /** Waits until one more request may be sent. */
  readonly afford: () => Promise<void>;
}

export interface Mender {
  /** Fetches these too. */
  add(keys: readonly DocumentKey[]): void;
  /** What could not be fetched is tried again. */
  again(): void;
}

/** Documents that may wait to be fetched whole; the server takes 100 ids a request. */
const MEND_LIMIT = 1_000;
const MEND_BATCH = 100;

export function createMender({ rest, ingest, identity, counters, afford }: MendDeps, signal: AbortSignal): Mender {
  const waiting = new Map<string, DocumentKey>();
  let isMending = false;

  async function mendAll(): Promise<void> {
    if (isMending) return;
    isMending = true;
    while (waiting.size > 0 && !signal.aborted && (await mendSome()));
    isMending = false;
  }

  async function mendSome(): Promise<boolean> {
    const ids = [...waiting.keys()].slice(0, MEND_BATCH);
    const { run } = ingest.meta();
    await afford();
    const answer = await rest.snapshot(identity, ids, signal);
    if ('failed' in answer) return false;
    ids.forEach((id) => waiting.delete(id));
    await ingest.mend(run, answer.snapshot.documents, answer.snapshot.missing);
    return true;
  }

  return {
    add(keys) {
      for (const key of keys) {
        if (waiting.size >= MEND_LIMIT) counters.add('mendsShed');
        else waiting.set(`${key.collection}:${key.id}`, key);
      }
      void mendAll();
    },
    again: () => void mendAll(),
  };
}
