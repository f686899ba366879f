// From a received message to a published frame: sequence, gather, fold, commit, then publish (law 1).
// The only caller of the log writer besides the sweep. It must never publish what is not committed.
import { parseCursor } from '../protocol/cursor.ts';
import type { Change, ResyncReason, SyncEvent } from '../protocol/event.ts';
import type { Frame } from '../protocol/frame.ts';
import type { Snapshot, VersionedDocument } from '../protocol/http.ts';
import { EMPTY_SEQUENCER, stepSequencer, type Arrival, type Sequencer, type SequencerCommand, type SequencerInput } from '../core/cursor.ts';
import { documentKey, foldChange, isStale, type StoredDocument } from '../core/document.ts';
import { asSyncError, type SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../platform/ports.ts';
import type { Claim, DocumentName, LogMeta, LogWriter } from '../store/contract.ts';

export interface IngestDeps {
  readonly writer: LogWriter;
  readonly clock: Clock;
  readonly policy: Policy;
  /** How long to gather before a commit, ms: longer while nobody looks. */
  readonly gatherMs: () => number;
  readonly publish: (frame: CommittedFrame) => void;
  readonly count: (what: IngestCounter, by: number) => void;
}

/** What a commit made of the log; the engine adds its own name before it goes on the bus. */
export type CommittedFrame = Pick<Frame, 'run' | 'prev' | 'through' | 'cursor' | 'serverTime' | 'events' | 'documents' | 'term'>;
export type IngestCounter = 'duplicate' | 'gap' | 'shed' | 'refusedAdvanced' | 'commits' | 'staleDocuments';

export interface IngestListener {
  /** The stream has a hole that won't close: abort it and open it again from `cursor()`. */
  reconnect(): void;
  /** The stream counts from before the cursor, which a poll or an older stream has moved: ask for it from there, without a break. */
  verify(): void;
  resync(reason: ResyncReason): void;
  /** A newer engine wrote (`reign/fenced`) or the scope was logged out (`store/closed`): this engine is over. */
  fenced(error: SyncError): void;
  /** A commit failed: what was queued is gone and comes again from the stored cursor. */
  failed(error: SyncError): void;
  /** Documents that a patch could not be applied to: fetch them whole and hand them to `mend`. */
  stale(keys: readonly { readonly collection: string; readonly id: string }[]): void;
}

export interface Ingest {
  /** Takes what the admitted stream brought. A promise = the queue is full: read no more until it resolves. */
  arrive(arrival: Arrival): void | Promise<void>;
  heartbeat(cursor: string, serverTime: number): void;
  /** A new stream is about to open: forget what the old one left waiting. */
  reopened(): void;
  /** Replaces everything by a snapshot, in one transaction; a new run begins. Rejects with the store's SyncError. */
  reset(snapshot: Snapshot): Promise<void>;
  /** Stores documents that were fetched whole while `run` was the present one; what belongs to another history is dropped. */
  mend(run: string, documents: readonly VersionedDocument[], missing: readonly { readonly collection: string; readonly id: string }[]): Promise<void>;
  /** Resolves when everything received so far is committed or given up. */
  settled(): Promise<void>;
  /** The committed cursor: where a new stream opens. */
  cursor(): string | null;
  meta(): LogMeta;
  /** Every document as committed, markers of deleted ones included. */
  documents(): readonly StoredDocument[];
  /** Another of the engine's transactions (the sweep) changed the meta row, and took these documents. */
  noteSweep(meta: LogMeta, dropped: readonly DocumentName[]): void;
}

export function createIngest(deps: IngestDeps, claim: Claim, listener: IngestListener, signal: AbortSignal): Ingest {
  const { writer, clock, policy, count } = deps;
  let meta = claim.meta;
  let documents = indexDocuments(claim.documents);
  let sequencer: Sequencer = stepSequencer(EMPTY_SEQUENCER, { type: 'moved', cursor: meta.cursor }, 0, policy)[0];
  let queue: Arrival[] = [];
  let serverTime = meta.serverTime;
  let lastCommitAt = -Infinity;
  let isOver = false;
  let cancelWake = (): void => {};
  /** The commit under way, and everything after it: transactions of one engine never overlap. */
  let work: Promise<void> = Promise.resolve();
  let isScheduled = false;
  let roomWaiters: (() => void)[] = [];

  function sequence(input: SequencerInput): void {
    const [next, commands] = stepSequencer(sequencer, input, clock.monotonic(), policy);
    sequencer = next;
    commands.forEach(perform);
  }

  function perform(command: SequencerCommand): void {
    switch (command.do) {
      case 'take':
        enqueue(command.arrivals);
        return;
      case 'count':
        count(command.what, 1);
        return;
      case 'reconnect':
      case 'verify':
        listener[command.do]();
        return;
      case 'resync':
        listener.resync(command.reason);
        return;
      case 'wake-at':
        cancelWake();
        cancelWake = clock.after(Math.max(0, command.at - clock.monotonic()), () => sequence({ type: 'tick' }));
    }
  }

  function enqueue(arrivals: readonly Arrival[]): void {
    queue.push(...arrivals);
    schedule();
  }

  /** At once when the last commit is a while ago; else gathered, so that a burst becomes few large blocks. */
  function schedule(): void {
    if (isScheduled || isOver) return;
    isScheduled = true;
    const isQuiet = clock.monotonic() - lastCommitAt > QUIET_MS;
    if (isQuiet) void chain(commitQueue);
    else clock.after(deps.gatherMs(), () => void chain(commitQueue));
  }

  function chain(task: () => Promise<void>): Promise<void> {
    const done = work.then(task);
    work = done.catch(() => {});
    return done;
  }

  async function commitQueue(): Promise<void> {
    isScheduled = false;
    if (isOver || signal.aborted || queue.length === 0) return;
    const batch = queue.splice(0, policy.blockEvents);
    await commitBatch(batch);
    releaseRoom();
    if (queue.length > 0) schedule();
  }

  async function commitBatch(batch: readonly Arrival[]): Promise<void> {
    const events = batch.flatMap((arrival) => (arrival.kind === 'event' ? [arrival.event] : []));
    const cursor = batch.at(-1)?.id ?? meta.cursor ?? '';
    const folded = foldAll(documents, events);
    serverTime = Math.max(serverTime, ...events.map((event) => Date.parse(event.timestamp)));
    await store({ events, cursor, folded, sent: [] });
  }

  /** Commit, then publish; a failure leaves memory as the disk has it. */
  async function store(change: {
    events: readonly SyncEvent[];
    cursor: string;
    folded: ReadonlyMap<string, StoredDocument>;
    sent: readonly VersionedDocument[];
  }): Promise<void> {
    const prev = seqOf(meta.cursor);
    const stored = [...change.folded.values()];
    try {
      meta = await writer.commit({ term: meta.term, events: change.events, cursor: change.cursor, documents: stored, serverTime });
    } catch (error) {
      abandon(asSyncError(error, 'store/failed', 'This device could not store new events'));
      return;
    }
    lastCommitAt = clock.monotonic();
    for (const [key, document] of change.folded) documents.set(key, document);
    count('commits', 1);
    publish(prev, change.events, change.sent);
    reportStale(stored);
  }

  function publish(prev: number, events: readonly SyncEvent[], sent: readonly VersionedDocument[]): void {
    if (meta.cursor === null) return;
    deps.publish({ run: meta.run, prev, through: seqOf(meta.cursor), cursor: meta.cursor, serverTime, events, documents: sent, term: meta.term });
  }

  function reportStale(stored: readonly StoredDocument[]): void {
    const stale = askForStale(stored);
    if (stale > 0) count('staleDocuments', stale);
  }

  function askForStale(among: readonly StoredDocument[]): number {
    const stale = among.filter(isStale).map(({ collection, id }) => ({ collection, id }));
    if (stale.length > 0) listener.stale(stale);
    return stale.length;
  }

  function abandon(error: SyncError): void {
    dropQueue();
    sequence({ type: 'moved', cursor: meta.cursor });
    if (error.code === 'reign/fenced' || error.code === 'store/closed') {
      isOver = true;
      listener.fenced(error);
    } else listener.failed(error);
  }

  /** Whoever waits for room with a part of it is let go: it waits for nothing any more. */
  function dropQueue(): void {
    queue = [];
    releaseRoom();
  }

  function releaseRoom(): void {
    if (queue.length >= policy.ingestQueue) return;
    const waiters = roomWaiters;
    roomWaiters = [];
    waiters.forEach((go) => go());
  }

  function roomFor(): void | Promise<void> {
    if (queue.length < policy.ingestQueue || isOver) return;
    return new Promise((resolve) => roomWaiters.push(resolve));
  }

  signal.addEventListener('abort', () => {
    isOver = true;
    cancelWake();
    dropQueue();
  });

  return {
    arrive(arrival) {
      if (isOver) return;
      if (arrival.kind === 'refused') count('refusedAdvanced', 1);
      sequence({ type: 'arrived', arrival });
      return roomFor();
    },
    heartbeat(cursor, time) {
      if (isOver) return;
      if (Number.isFinite(time)) serverTime = Math.max(serverTime, time);
      sequence({ type: 'heartbeat', cursor });
    },
    reopened() {
      // A sequencer that stood still for a resync which never came would ignore this stream for good.
      sequence(sequencer.cursor === null ? { type: 'moved', cursor: meta.cursor } : { type: 'reopened' });
      // Stale documents may come from an engine that died before it could fetch them.
      askForStale([...documents.values()]);
    },
    async reset(snapshot) {
      dropQueue();
      try {
        await chain(() => resetNow(snapshot));
      } catch (error) {
        throw asSyncError(error, 'store/failed', 'This device could not store new events');
      }
    },
    mend: (run, fetched, missing) => chain(() => (run === meta.run ? mendNow(fetched, missing) : Promise.resolve())),
    async settled() {
      while (!isOver && (queue.length > 0 || isScheduled)) await chain(commitQueue);
      await work;
    },
    cursor: () => meta.cursor,
    meta: () => meta,
    documents: () => [...documents.values()],
    noteSweep(next, dropped) {
      if (next.run !== meta.run) return;
      for (const { collection, id } of dropped) forget(documentKey(collection, id), seqOf(next.cursor));
      // A commit may have been answered since: a cursor that went back would make pages skip what lies between.
      if (seqOf(next.cursor) >= seqOf(meta.cursor)) meta = next;
    },
  };

  /** Unless a commit since has touched it, and with that stored it again. */
  function forget(key: string, sweptAt: number): void {
    const known = documents.get(key);
    if (known && known.seq <= sweptAt) documents.delete(key);
  }

  async function resetNow(snapshot: Snapshot): Promise<void> {
    serverTime = Math.max(serverTime, Date.parse(snapshot.serverTime) || 0);
    const next = await writer.reset(meta.term, snapshot, serverTime);
    meta = next.meta;
    documents = indexDocuments(next.documents);
    // What still arrived meanwhile follows the history that just ended.
    dropQueue();
    sequence({ type: 'moved', cursor: meta.cursor });
    publish(seqOf(meta.cursor), [], []);
  }

  async function mendNow(fetched: readonly VersionedDocument[], missing: readonly { readonly collection: string; readonly id: string }[]): Promise<void> {
    if (isOver || meta.cursor === null) return;
    const folded = new Map<string, StoredDocument>();
    for (const { collection, id, version, doc } of fetched) keep(folded, { collection, id, version, doc });
    for (const { collection, id } of missing) {
      const known = documents.get(documentKey(collection, id));
      if (known) keep(folded, { collection, id, version: Math.max(known.version, known.staleFor ?? 0), doc: null });
    }
    const sent = fetched.filter(({ collection, id }) => folded.has(documentKey(collection, id)));
    if (folded.size > 0) await store({ events: [], cursor: meta.cursor, folded, sent });
  }

  function keep(folded: Map<string, StoredDocument>, change: Change): void {
    const key = documentKey(change.collection, change.id);
    const before = documents.get(key);
    const after = foldChange(before, change, before?.seq ?? 0);
    if (after !== before) folded.set(key, after);
  }
}

/** A commit this long ago means that nothing is pouring in: the next event is stored at once. */
const QUIET_MS = 50;

function indexDocuments(stored: readonly StoredDocument[]): Map<string, StoredDocument> {
  return new Map(stored.map((document) => [documentKey(document.collection, document.id), document]));
}

/** The documents that these events change, folded over what is known; `known` itself stays as it is. */
function foldAll(known: ReadonlyMap<string, StoredDocument>, events: readonly SyncEvent[]): Map<string, StoredDocument> {
  const folded = new Map<string, StoredDocument>();
  for (const event of events) {
    for (const change of event.changes) {
      const key = documentKey(change.collection, change.id);
      const before = folded.get(key) ?? known.get(key);
      const after = foldChange(before, change, seqOf(event.id));
      if (after !== before) folded.set(key, after);
    }
  }
  return folded;
}

function seqOf(cursor: string | null): number {
  return parseCursor(cursor)?.seq ?? 0;
}
