// One store's turn in a reign: ingest, connection and sweep over it, from its claim until the store is lost, the engine goes on with another, or the
// reign ends. Must never publish after its end: another store may lead by then.
import type { JsonObject } from '../protocol/json.ts';
import type { ResyncReason } from '../protocol/event.ts';
import { SyncError } from '../core/sync-error.ts';
import { inTime } from '../platform/in-time.ts';
import type { SweepResult } from '../store/contract.ts';
import { createConnection, type LiveConnection } from './connect.ts';
import type { EngineDeps, EngineEnd } from './contract.ts';
import { createIngest, type CommittedFrame, type Ingest, type IngestCounter, type IngestListener } from './ingest.ts';
import type { Leases } from './leases.ts';
import { createLateMetrics } from './late-metrics.ts';
import type { Metrics, MetricsDeps } from './metrics.ts';
import type { Opened } from './opening.ts';
import type { Patience } from './patience.ts';
import type { ReignNotes } from './reign-notes.ts';
import type { startSweep } from './sweep.ts';

/** `reopen`: the same database again; `give-up`: on without it; `asked`: by the reign, which has its reasons. */
export interface RoundEnd {
  readonly what: 'reopen' | 'give-up' | 'asked';
  readonly error: SyncError | null;
}

export interface RoundDeps extends Pick<EngineDeps, 'platform' | 'scope' | 'policy' | 'device' | 'stream' | 'rest'> {
  readonly leases: Leases;
  readonly notes: ReignNotes;
  readonly patience: Patience;
  readonly publish: (frame: CommittedFrame) => void;
  readonly transient: (eventType: string, data: JsonObject) => void;
  readonly changed: () => void;
  /** Rows were found that can't be read. */
  readonly damaged: () => void;
  readonly retire: (why: EngineEnd) => void;
  /** When this reign began, if this is its first round. */
  readonly begunAt: number | null;
}

export interface Round {
  readonly opened: Opened;
  readonly ingest: Ingest;
  readonly connection: LiveConnection;
  readonly over: Promise<RoundEnd>;
  /** Looks at the clock: time that passes in one state has no event. */
  observe(): void;
  /** What it measured of this moment. */
  measured(): Readonly<Record<string, number>>;
  /** Rows were found that can't be read: nothing here is believed any more. */
  damaged(error: SyncError): void;
  /** Ends it; resolves when its last commit is done, or is not waited for any longer. */
  stop(): Promise<void>;
}

const IDLE_AFTER_MS = 60_000;

export function startRound(deps: RoundDeps, opened: Opened, reign: AbortSignal): Round {
  const { platform, scope, policy, leases, notes, patience } = deps;
  const { clock, log } = platform;
  const { counters } = notes;
  const { store, claim } = opened;
  const own = new AbortController();
  let sweeper: ReturnType<typeof startSweep> | null = null;
  const life = AbortSignal.any([own.signal, reign]);
  const { promise: over, resolve } = Promise.withResolvers<RoundEnd>();
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };

  function end(what: RoundEnd['what'], error: SyncError | null): void {
    if (own.signal.aborted) return;
    if (error) log.error('The database is in trouble', { what, code: error.code, error: error.message });
    if (error?.code === 'store/corrupt') deps.damaged();
    resolve({ what, error });
    own.abort();
  }

  const writer = patience.watch(store.writer, {
    makeRoom: () => void makeRoom(),
    over: (error, what) => end(what, error),
  });

  /** A full disk is known only to the commit that failed: whatever may go goes, before the stream brings its events again. */
  async function makeRoom(): Promise<void> {
    try {
      swept(await store.writer.relieve(claim.meta.term, passed()));
      counters.add('roomMade');
    } catch (reason) {
      log.info('No room could be made', { error: String(reason) });
    }
  }

  store.onLost((why) => {
    counters.add('storeLost');
    end('reopen', why === 'newer-version' ? newerError() : evictedError());
  }, life);

  const listener: IngestListener = {
    reconnect: () => connection.breakOff('gap'),
    verify: () => connection.input({ type: 'rotate', attempt: connection.state().memory.attempt, afterMs: 0 }),
    resync: (reason: ResyncReason) => connection.input({ type: 'resync', reason }),
    fenced: (error) => deps.retire(error.code === 'store/closed' ? 'logged-out' : 'fenced'),
    failed(error) {
      counters.add('commitFailures');
      log.error('A commit failed', { code: error.code, error: error.message });
      connection.breakOff('store');
    },
    stale: (keys) => connection.mend(keys),
  };

  function publish(frame: CommittedFrame): void {
    if (life.aborted) return;
    for (const event of frame.events) counters.addEvent(event.eventType);
    deps.publish(frame);
    metrics.published(frame.events);
    sweeper?.press();
  }

  function gatherMs(): number {
    if (leases.isWatched()) return policy.gatherMs.visible;
    return leases.unwatchedMs() > IDLE_AFTER_MS ? policy.gatherMs.idle : policy.gatherMs.hidden;
  }

  function count(what: IngestCounter, by: number): void {
    counters.add(SEQUENCER_COUNTERS[what] ?? what, by);
  }

  function swept({ meta, sweptEvents, sweptUnread, dropped }: SweepResult): void {
    ingest.noteSweep(meta, dropped);
    if (dropped.length > 0) counters.add('droppedDocuments', dropped.length);
    if (sweptEvents > 0) counters.add('sweptEvents', sweptEvents);
    if (sweptUnread > 0) counters.add('sweptUnread', sweptUnread);
  }

  const metrics = createLateMetrics({ clock, counters, notes, begunAt: deps.begunAt, isWanted: () => leases.wishes() !== null, estimate });
  const observe = (): void => metrics.look(connection.report());
  const ingest = createIngest({ writer, clock, policy, gatherMs, publish, count }, claim, listener, life);
  const connection: LiveConnection = createConnection(
    {
      stream: deps.stream,
      rest: deps.rest,
      ingest: observed(ingest, metrics),
      identity,
      clock,
      random: platform.random,
      policy,
      counters,
      log,
      lastByteAt: notes.lastByteAt(),
      notes,
    },
    {
      changed() {
        if (life.aborted) return;
        observe();
        deps.changed();
      },
      transient: deps.transient,
      retire: () => deps.retire('fenced'),
    },
    life,
  );
  const passed = (): number => leases.lowest(ingest.meta().run, Number.MAX_SAFE_INTEGER);
  connection.late.use(({ createMetrics, startSweep }) => {
    metrics.begin(createMetrics);
    sweeper = startSweep({ writer: store.writer, clock, policy, log, meta: ingest.meta, passed, swept }, life);
  });
  reign.addEventListener('abort', () => end('asked', null), { once: true, signal: own.signal });
  if (reign.aborted) end('asked', null);

  return {
    opened,
    ingest,
    connection,
    over,
    observe,
    measured: metrics.present,
    damaged: (error) => end('reopen', error),
    async stop() {
      end('asked', null);
      // What a dead database holds up is not waited for: the lock of the reign hangs on this.
      await inTime(clock, policy.databaseOpenMs, ingest.settled(), () => {});
    },
  };
}

/** The same ingest, which also tells when streams open and what the server's clock says. */
function observed(ingest: Ingest, { reopened, serverTime }: Pick<Metrics, 'reopened' | 'serverTime'>): Ingest {
  return {
    ...ingest,
    reopened() {
      reopened();
      ingest.reopened();
    },
    heartbeat(cursor, time) {
      serverTime(time);
      ingest.heartbeat(cursor, time);
    },
  };
}

/** What the disk is used for is asked for once a minute, by code that comes with the first question. */
const estimate: MetricsDeps['estimate'] = async () => (await import('../store/storage-use.ts')).estimateStorage();

/** Names under which the sequencer's counts are known outside. */
const SEQUENCER_COUNTERS: Readonly<Record<string, string>> = { duplicate: 'duplicates', gap: 'gaps', shed: 'shedEvents' };

function evictedError(): SyncError {
  return new SyncError('store/evicted', 'The browser deleted the database of this application; it is filled again from the server.');
}

function newerError(): SyncError {
  return new SyncError('store/newer-version', 'A newer version of this application has changed the database: reload this page');
}
