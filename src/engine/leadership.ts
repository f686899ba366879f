// What an engine does while it holds `conn`: from opening the store to the last flush. It must never touch the log without its term.
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { ResyncReason } from '../protocol/event.ts';
import type { Beat, ConnectionReport, Frame } from '../protocol/frame.ts';
import type { Preferences } from '../protocol/rpc.ts';
import { asSyncError, toWire, type SyncError } from '../core/sync-error.ts';
import type { FailureCause } from '../core/connection.ts';
import { aborted } from '../platform/locks.ts';
import type { Bus } from '../platform/ports.ts';
import type { Claim, Store } from '../store/contract.ts';
import { createConnection, type LiveConnection } from './connect.ts';
import { createCounters, type Counters } from './counters.ts';
import type { EngineDeps, EngineEnd } from './contract.ts';
import { createIngest, type CommittedFrame, type Ingest, type IngestCounter, type IngestListener } from './ingest.ts';
import type { Leases } from './leases.ts';
import { startSweep } from './sweep.ts';

const NOTE_COUNTERS = 'counters';
const NOTE_LAST_BYTE = 'last-byte-at';
const NOTE_PREFERENCES = 'preferences';
/** Counters are flushed alone at most this often. */
const NOTE_MS = 60_000;
const REOPEN_MS = 2_000;
const IDLE_AFTER_MS = 60_000;

/** Before there is a connection to speak of. */
const NO_REPORT: ConnectionReport = {
  state: 'disconnected',
  reason: null,
  byteAgeMs: null,
  lastByteAt: null,
  heartbeatMs: 0,
  retryInMs: null,
  attempt: 0,
  error: null,
  breaker: 'closed',
  transport: 'auto',
  pollMs: null,
};

export interface LeadershipDeps extends EngineDeps {
  readonly id: string;
  readonly bus: Bus;
  readonly leases: Leases;
  readonly beat: () => Beat;
  readonly retire: (why: EngineEnd) => void;
}

/** How the engine stands: what a beat says. */
export type Standing = Pick<Beat, 'term' | 'phase' | 'durable' | 'report' | 'counters' | 'eventCounts'>;

/** Of an engine that does not lead yet. */
export const NO_STANDING: Standing = { term: 0, phase: 'starting', durable: true, report: NO_REPORT, counters: {}, eventCounts: {} };

export interface Leadership {
  readonly store: Store | null;
  lead(): Promise<void>;
  finish(): Promise<void>;
  standing(): Standing;
  term(): number;
  leasesChanged(): void;
  connect(): void;
  reconnect(): void;
  /** Keeps and applies what the user chose. Rejects with the store's SyncError when it can't be kept. */
  prefer(preferences: Preferences): Promise<void>;
  wake(): void;
  sayBye(): void;
}

/** Leads from `lead()` until `life` aborts; `finish()` then settles what is under way. */
export function createLeadership(deps: LeadershipDeps, life: AbortSignal): Leadership {
  const { platform, scope, policy, bus, leases, id } = deps;
  const { clock, log } = platform;
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };
  let store: Store | null = null;
  let ingest: Ingest | null = null;
  let connection: LiveConnection | null = null;
  let counters: Counters = createCounters(null);
  let phase: Beat['phase'] = 'starting';
  let openError: SyncError | null = null;
  let cancelLinger = (): void => {};
  let notedAt = -Infinity;
  let notedUptime = 0;

  async function lead(): Promise<void> {
    beatOn();
    store = await openPatiently();
    if (!store) return;
    store.onLost((why) => {
      counters.add('storeLost');
      log.info('The database was lost', { why });
      deps.retire('store-lost');
    }, life);
    const claim = await claimTerm(store);
    if (!claim) return;
    counters = createCounters(await store.notes.get(NOTE_COUNTERS));
    const lastByteAt = await store.notes.get(NOTE_LAST_BYTE);
    ingest = createIngest({ writer: store.writer, clock, policy, gatherMs, publish, count: countIngest }, claim, ingestListener, life);
    connection = createConnection(
      {
        stream: deps.stream,
        rest: deps.rest,
        ingest,
        identity,
        clock,
        random: platform.random,
        policy,
        counters,
        log,
        lastByteAt: typeof lastByteAt === 'number' ? lastByteAt : null,
      },
      {
        changed: changed,
        transient: (eventType, data) => bus.post({ v: PROTOCOL_VERSION, k: 'transient', eventType, data }),
        retire: () => deps.retire('fenced'),
      },
      life,
    );
    sweeper = startSweep({ writer: store.writer, clock, policy, log, meta: ingest.meta, passed, swept }, life);
    phase = 'live';
    leasesChanged();
    say();
    await aborted(life);
  }

  let sweeper = { press: (): void => {} };

  /** A database that is blocked or slow may come back; a logged-out or foreign one ends this engine. */
  async function openPatiently(): Promise<Store | null> {
    while (!life.aborted) {
      try {
        return await deps.openStore(life);
      } catch (error) {
        openError = asSyncError(error, 'store/failed', 'The database of this device can not be opened.');
        log.info('The store can not be opened', { code: openError.code, error: openError.message });
        if (openError.code === 'store/closed') return (deps.retire('logged-out'), null);
        phase = 'blocked';
        say();
        await new Promise<void>((resolve) => clock.after(REOPEN_MS, resolve));
      }
    }
    return null;
  }

  /** A scope that was logged out meanwhile has no reign to take. */
  async function claimTerm(opened: Store): Promise<Claim | null> {
    // An engine that was stopped inside a transaction may hold the database for up to a minute: that is said, not waited for in silence.
    const cancel = clock.after(policy.databaseOpenMs, () => {
      phase = 'blocked';
      say();
    });
    try {
      return await opened.writer.claim(clock.now());
    } catch (error) {
      openError = asSyncError(error, 'store/failed', 'The database of this device can not be written.');
      log.error('No term could be taken', { code: openError.code, error: openError.message });
      deps.retire(openError.code === 'store/closed' ? 'logged-out' : 'store-lost');
      return null;
    } finally {
      cancel();
    }
  }

  const ingestListener: IngestListener = {
    reconnect: () => breakOff('gap'),
    resync: (reason: ResyncReason) => connection?.input({ type: 'resync', reason }),
    fenced: (error) => deps.retire(error.code === 'store/closed' ? 'logged-out' : 'fenced'),
    failed(error) {
      counters.add('commitFailures');
      log.error('A commit failed', { code: error.code, error: error.message });
      breakOff('store');
    },
    stale: (keys) => connection?.mend(keys),
  };

  /** Ends the present stream as failed; the next one opens from the stored cursor. */
  function breakOff(cause: FailureCause): void {
    if (connection)
      connection.input({ type: 'failed', attempt: connection.state().memory.attempt, cause, retryAfterMs: null, random: platform.random.number() });
  }

  function countIngest(what: IngestCounter, by: number): void {
    if (what !== 'event') counters.add(INGEST_COUNTERS[what], by);
  }

  function publish(frame: CommittedFrame): void {
    for (const event of frame.events) counters.addEvent(event.eventType);
    bus.post({ ...frame, v: PROTOCOL_VERSION, k: 'frame', engine: id, durable: store?.isDurable ?? false } satisfies Frame);
    sweeper.press();
  }

  function gatherMs(): number {
    if (leases.isWatched()) return policy.gatherMs.visible;
    return leases.unwatchedMs() > IDLE_AFTER_MS ? policy.gatherMs.idle : policy.gatherMs.hidden;
  }

  function passed(): number {
    const meta = ingest?.meta();
    return meta ? leases.lowest(meta.run, Number.MAX_SAFE_INTEGER) : 0;
  }

  function swept(result: { meta: Parameters<Ingest['noteMeta']>[0]; sweptEvents: number; sweptUnread: number }): void {
    ingest?.noteMeta(result.meta);
    if (result.sweptEvents > 0) counters.add('sweptEvents', result.sweptEvents);
    if (result.sweptUnread > 0) counters.add('sweptUnread', result.sweptUnread);
  }

  /** The last lease to end starts the linger; a reload of the only tab is back long before it is over. */
  function leasesChanged(): void {
    const wishes = leases.wishes();
    cancelLinger();
    if (!connection) return;
    if (!wishes) {
      cancelLinger = clock.after(policy.lingerMs, () => connection?.input({ type: 'release' }));
      return;
    }
    const { memory } = connection.state();
    const wanted = { autoReconnect: wishes.autoReconnect, maxAttempts: wishes.maxReconnectAttempts, firstDelayMs: wishes.reconnectDelay };
    if (memory.autoReconnect !== wanted.autoReconnect || memory.maxAttempts !== wanted.maxAttempts || memory.firstDelayMs !== wanted.firstDelayMs) {
      connection.input({ type: 'configure', ...wanted });
    }
    connection.input({ type: 'hold' });
  }

  function beatOn(): void {
    if (life.aborted) return;
    say();
    clock.after(policy.beatMs, beatOn);
  }

  function say(): void {
    if (!life.aborted) bus.post(deps.beat());
  }

  function changed(): void {
    say();
    void flushNotes(false);
  }

  async function flushNotes(isLast: boolean): Promise<void> {
    if (!store || !connection || (!isLast && clock.monotonic() - notedAt < NOTE_MS && connection.report().state === 'connected')) return;
    notedAt = clock.monotonic();
    const uptime = connection.uptimeMs();
    counters.add('uptimeMs', Math.round(uptime - notedUptime));
    notedUptime = uptime;
    const lastByteAt = connection.report().lastByteAt;
    try {
      await store.notes.set(NOTE_COUNTERS, counters.save());
      if (lastByteAt !== null) await store.notes.set(NOTE_LAST_BYTE, lastByteAt);
    } catch (error) {
      log.debug('Counters could not be kept', { error: String(error) });
    }
  }

  /** What is said while there is no connection yet: why the store does not open, if that is so. */
  function openReport(): ConnectionReport {
    return openError ? { ...NO_REPORT, reason: openError.code, error: toWire(openError) as unknown as JsonObject } : NO_REPORT;
  }

  /** The totals with what is true at this moment. */
  function present(): Readonly<Record<string, number>> {
    const totals = counters.totals();
    const meta = ingest?.meta();
    const uptimeMs = (totals['uptimeMs'] ?? 0) + Math.round((connection?.uptimeMs() ?? 0) - notedUptime);
    return { ...totals, uptimeMs, pages: leases.size(), logEvents: meta?.events ?? 0, logBytes: meta?.bytes ?? 0 };
  }

  return {
    get store() {
      return store;
    },
    lead,
    async finish() {
      await ingest?.settled();
      await flushNotes(true);
      store?.close();
    },
    term: () => ingest?.meta().term ?? 0,
    standing: () => ({
      term: ingest?.meta().term ?? 0,
      phase,
      durable: store?.isDurable ?? true,
      report: connection?.report() ?? openReport(),
      counters: present(),
      eventCounts: counters.eventCounts(),
    }),
    leasesChanged,
    connect() {
      const at = connection?.state().at;
      if (at === 'error' || at === 'needs_auth' || at === 'disconnected') connection?.input({ type: 'ask' });
    },
    reconnect: () => connection?.input({ type: 'ask' }),
    prefer: async (preferences) => store?.notes.set(NOTE_PREFERENCES, preferences),
    wake: () => connection?.input({ type: 'wake' }),
    sayBye() {
      phase = 'retired';
      bus.post(deps.beat());
    },
  };
}

/** Names under which ingest's counts are known outside. */
const INGEST_COUNTERS: Readonly<Record<Exclude<IngestCounter, 'event'>, string>> = {
  duplicate: 'duplicates',
  gap: 'gaps',
  shed: 'shedEvents',
  refused: 'refusedAdvanced',
  commit: 'commits',
  'stale-document': 'staleDocuments',
};
