// Volatile mode: the engine goes on in memory while the database fails, and comes back. Loaded when it is first needed. What is on disk stays as it is
// until the database takes the whole state of the memory, as a new run, in one transaction: only then do pages read the disk again.
import { isStale } from '../core/document.ts';
import { asSyncError, SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import { inTime } from '../platform/in-time.ts';
import type { Clock, Log, Random } from '../platform/ports.ts';
import type { Claim, LogMeta, LogWriter } from '../store/contract.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Opened } from './opening.ts';
import type { Round } from './round.ts';

export interface FallbackDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Policy;
  readonly log: Log;
  /** The database, with a term above the present one. Rejects with a SyncError. */
  readonly openDatabase: () => Promise<Opened>;
  /** Above every term heard of. */
  readonly leastTerm: () => number;
  readonly loggedOut: () => void;
  /** Why the database is still not used. */
  readonly troubled: (error: SyncError) => void;
  readonly shed: (events: number) => void;
}

export interface Fallback {
  open(): Promise<Opened>;
  /** Resolves when the round over a fallback is over: with the database, with the same memory to go on with, or with null at the end of `life`. */
  comeBack(round: Round, life: AbortSignal): Promise<Opened | null>;
}

/** Events kept for pages that come late; they hear of what was shed as `skipped`. */
const RING_EVENTS = 2_000;
const RETRY_MS = 5_000;
const RETRIES = 12;
const LATER_RETRY_MS = 30_000;
/** A database that was well for this long has earned the short waits again. */
const WELL_MS = 60_000;

export function createFallback(deps: FallbackDeps): Fallback {
  const { clock, policy, log } = deps;
  let tries = 0;
  let cameBackAt = -Infinity;

  async function open(): Promise<Opened> {
    if (clock.monotonic() - cameBackAt > WELL_MS) tries = 0;
    const life = new AbortController();
    const ring = { ...policy, retention: { ...policy.retention, maxEvents: Math.min(RING_EVENTS, policy.retention.maxEvents) } };
    const store = createMemoryStore({ policy: ring, random: deps.random }, life.signal);
    const claim = await store.writer.claim(Math.max(clock.now(), deps.leastTerm()));
    log.info('volatile mode: nothing new is stored on this device', { term: claim.meta.term });
    return { store: { ...store, writer: boundedWriter(store.writer, ring, deps.shed) }, claim, isFallback: true, close: () => life.abort() };
  }

  async function comeBack(round: Round, life: AbortSignal): Promise<Opened | null> {
    while (!life.aborted) {
      const end = await Promise.race([sleep(tries < RETRIES ? RETRY_MS : LATER_RETRY_MS), round.over]);
      if (life.aborted) return null;
      tries += 1;
      if (end) return sleep(RETRY_MS).then(open);
      const next = await tryDatabase(round);
      if (next) return next;
    }
    return null;
  }

  /** The database with everything that the memory holds; the memory once more if that failed half-way; null while nothing has changed. */
  async function tryDatabase(round: Round): Promise<Opened | null> {
    const { opened } = round;
    // A document that lacks a change would look whole on disk: it is fetched soon.
    if (round.ingest.documents().some(isStale)) return null;
    const disk = await tryWriting(round);
    if (!disk) return null;
    const triedAt = round.ingest.cursor();
    await round.stop();
    try {
      const claim = round.ingest.cursor() === triedAt ? disk.claim : await answered(moved(round, disk));
      opened.close();
      cameBackAt = clock.monotonic();
      log.info('The database is back', { run: claim.meta.run, term: claim.meta.term });
      return { ...disk, claim };
    } catch (error) {
      deps.troubled(asSyncError(error, 'store/failed', 'The database of this device still fails.'));
      disk.close();
      return { ...opened, claim: await opened.store.writer.claim(Math.max(clock.now(), deps.leastTerm())) };
    }
  }

  /** While the round goes on: a disk that is still full is found out without breaking the stream. */
  async function tryWriting(round: Round): Promise<Opened | null> {
    let disk: Opened | null = null;
    try {
      disk = await deps.openDatabase();
      return { ...disk, claim: await answered(moved(round, disk)) };
    } catch (error) {
      disk?.close();
      const known = asSyncError(error, 'store/failed', 'The database of this device still fails.');
      if (known.code === 'store/closed') deps.loggedOut();
      else deps.troubled(known);
      return null;
    }
  }

  /** A database that answers and then falls silent again is given the time that a commit is given. */
  function answered<T>(work: Promise<T>): Promise<T> {
    return inTime(clock, RETRY_MS, work, () => {
      throw new SyncError('store/blocked', 'The database on this device does not answer');
    });
  }

  function sleep(ms: number): Promise<null> {
    return new Promise((resolve) => void clock.after(ms, () => resolve(null)));
  }

  return { open, comeBack };
}

/** Bounded after every commit, not only at the next sweep. */
function boundedWriter(writer: LogWriter, policy: Policy, shed: (events: number) => void): LogWriter {
  async function bounded(meta: LogMeta): Promise<LogMeta> {
    let now = meta;
    while (now.events > policy.retention.maxEvents || now.bytes > policy.retention.maxBytes) {
      const result = await writer.sweep(meta.term, policy.retention, Number.MAX_SAFE_INTEGER);
      if (result.sweptEvents === 0) break;
      shed(result.sweptEvents);
      now = result.meta;
    }
    return now;
  }
  return { ...writer, commit: async (batch) => bounded(await writer.commit(batch)) };
}

/** Puts what the memory holds on disk as the beginning of a new run, so that no page ever sees an older state than it has shown. */
async function moved({ ingest, opened }: Round, { store, claim }: Opened): Promise<Claim> {
  const { cursor, serverTime } = ingest.meta();
  // Nothing was received: what is on disk is all there is.
  if (cursor === null) return claim;
  const documents = ingest.documents().flatMap(({ collection, id, version, doc }) => (doc ? [{ collection, id, version, doc }] : []));
  const names = [...new Set(documents.map(({ collection }) => collection))];
  const pages = await Promise.all(names.map((name) => opened.store.reader.collection(name)));
  const partial = names.filter((_, at) => pages[at]?.isPartial);
  const snapshot = { cursor, serverTime: new Date(serverTime).toISOString(), documents, missing: [] };
  return store.writer.reset(claim.meta.term, snapshot, serverTime, partial);
}
