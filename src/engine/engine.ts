// The engine: one connection, one writer, for one scope. This file is composition only: which parts there are, what joins them, and when they end.
//
//   alive lock -> conn lock -> open store -> take term -> [ingest <- connection <- stream]  -> frames on the bus
//                                                          sweep     leases <- pages
import { decodeBusMessage, type Beat, type BusMessage, type ConnectionReport, type Frame } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { isObject, type JsonObject } from '../protocol/json.ts';
import { asSyncError, toWire, type SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import type { Bus } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { CollectionPage, LogPage, Position, Store } from '../store/contract.ts';
import type { Rest, StreamTransport } from '../transport/contract.ts';
import { serveApi } from './api.ts';
import { createConnection, type LiveConnection } from './connect.ts';
import { createCounters, type Counters } from './counters.ts';
import { createIngest, type CommittedFrame, type Ingest } from './ingest.ts';
import { createLeases } from './leases.ts';
import { aborted, holdAlive, holdReign } from './reign.ts';
import { startSweep } from './sweep.ts';

export interface EngineDeps {
  readonly platform: Platform;
  readonly scope: Scope;
  readonly device: string;
  readonly policy: Policy;
  readonly stream: StreamTransport;
  readonly rest: Rest;
  /** Opens the scope's store; called again while it fails for a reason that may pass. */
  readonly openStore: (signal: AbortSignal) => Promise<Store>;
  /** Where this engine runs and which build it is; said with each beat. */
  readonly host: string;
  readonly build: string;
}

/** Why an engine ended; `logged-out` is the one after which nobody starts another. */
export type EngineEnd = 'asked' | 'fenced' | 'logged-out' | 'store-lost';

export interface Engine {
  readonly id: string;
  /** Settles when this engine is over: its locks are released, its stream is closed, it writes no more. */
  readonly over: Promise<EngineEnd>;
}

const NOTE_COUNTERS = 'counters';
const NOTE_LAST_BYTE = 'last-byte-at';
/** Counters are flushed alone at most this often. */
const NOTE_MS = 60_000;
const REOPEN_MS = 2_000;
const IDLE_AFTER_MS = 60_000;

/** Starts an engine: it waits for the reign of its scope, leads until `signal` aborts or somebody newer leads, and then is over. */
export function createEngine(deps: EngineDeps, signal: AbortSignal): Engine {
  const { platform, scope, policy } = deps;
  const { clock, locks, log } = platform;
  const names = scopeNames(scope);
  const id = platform.random.id();
  const life = new AbortController();
  const bus: Bus = platform.openBus(names.bus, life.signal);
  let end: EngineEnd = 'asked';
  let reign: Reign | null = null;

  function retire(why: EngineEnd): void {
    if (life.signal.aborted) return;
    end = why;
    reign?.sayBye();
    log.info('engine retires', { why });
    life.abort();
  }

  signal.addEventListener('abort', () => retire('asked'), { once: true });
  const leases = createLeases({ locks, names, clock, policy }, () => reign?.leasesChanged(), life.signal);
  const answer = serveApi(bus, id, {
    connect: () => reign?.connect(),
    reconnect: () => reign?.reconnect(),
    health: () => beat(),
    read: (method, argument) => readFor(reign?.store ?? null, method, argument),
  });

  function hear(message: BusMessage): void {
    switch (message.k) {
      case 'ask':
        return reign ? bus.post(beat()) : undefined;
      case 'lease':
        return leases.note(message);
      case 'wake':
        return reign?.wake();
      case 'rpc':
        return answer(message);
      case 'closed':
        return retire('logged-out');
      case 'beat':
      case 'frame':
        return message.engine !== id && reign !== null && message.term > reign.term() ? retire('fenced') : undefined;
      case 'transient':
        return;
    }
  }

  bus.listen((raw) => {
    const message = decodeBusMessage(raw);
    if (message.k !== 'unread') hear(message);
  }, life.signal);

  function beat(): Beat {
    const known = reign?.standing();
    return {
      v: PROTOCOL_VERSION, k: 'beat', engine: id, host: deps.host, build: deps.build,
      term: known?.term ?? 0, phase: known?.phase ?? 'starting', report: known?.report ?? NO_REPORT,
      counters: known?.counters ?? {}, eventCounts: known?.eventCounts ?? {},
    };
  }

  async function run(): Promise<EngineEnd> {
    try {
      await holdAlive({ locks, names }, id, life.signal);
      await holdReign({ locks, names }, life.signal, async () => {
        reign = createReign({ ...deps, id, bus, leases, beat, retire }, life.signal);
        await Promise.race([reign.lead(), aborted(life.signal)]);
        await reign.finish();
      });
    } catch (error) {
      if (!life.signal.aborted) log.error('engine failed', { error: String(error) });
    }
    retire('asked');
    return end;
  }

  return { id, over: run() };
}

const NO_REPORT: ConnectionReport = { state: 'disconnected', reason: null, byteAgeMs: null, lastByteAt: null, heartbeatMs: 0, retryInMs: null, attempt: 0, error: null };

interface ReignDeps extends EngineDeps {
  readonly id: string;
  readonly bus: Bus;
  readonly leases: ReturnType<typeof createLeases>;
  readonly beat: () => Beat;
  readonly retire: (why: EngineEnd) => void;
}

interface Standing {
  readonly term: number;
  readonly phase: Beat['phase'];
  readonly report: ConnectionReport;
  readonly counters: Readonly<Record<string, number>>;
  readonly eventCounts: Readonly<Record<string, number>>;
}

interface Reign {
  readonly store: Store | null;
  lead(): Promise<void>;
  finish(): Promise<void>;
  standing(): Standing;
  term(): number;
  leasesChanged(): void;
  connect(): void;
  reconnect(): void;
  wake(): void;
  sayBye(): void;
}

/** What an engine does while it holds `conn`: from opening the store to the last flush. */
function createReign(deps: ReignDeps, life: AbortSignal): Reign {
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
    const claim = await store.writer.claim(clock.now());
    counters = createCounters(await store.notes.get(NOTE_COUNTERS));
    const lastByteAt = await store.notes.get(NOTE_LAST_BYTE);
    ingest = createIngest({ writer: store.writer, clock, policy, gatherMs, publish, count: countIngest }, claim, ingestListener, life);
    connection = createConnection(
      { stream: deps.stream, rest: deps.rest, ingest, identity, clock, random: platform.random, policy, counters, log, lastByteAt: typeof lastByteAt === 'number' ? lastByteAt : null },
      { changed: changed, transient: (eventType, data) => bus.post({ v: PROTOCOL_VERSION, k: 'transient', eventType, data }), retire: () => deps.retire('fenced') },
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
        if (openError.code === 'store/closed') return deps.retire('logged-out'), null;
        phase = 'blocked';
        say();
        await new Promise<void>((resolve) => clock.after(REOPEN_MS, resolve));
      }
    }
    return null;
  }

  const ingestListener = {
    reconnect: () => connection?.input({ type: 'failed', attempt: connection.state().memory.attempt, cause: 'gap', retryAfterMs: null, random: platform.random.number() }),
    resync: (reason: Parameters<Parameters<typeof createIngest>[2]['resync']>[0]) => connection?.input({ type: 'resync', reason }),
    fenced: (error: SyncError) => deps.retire(error.code === 'store/closed' ? 'logged-out' : 'fenced'),
    failed(error: SyncError) {
      counters.add('commitFailures');
      log.error('A commit failed', { code: error.code, error: error.message });
      connection?.input({ type: 'failed', attempt: connection.state().memory.attempt, cause: 'store', retryAfterMs: null, random: platform.random.number() });
    },
    stale: (keys: readonly { collection: string; id: string }[]) => connection?.mend(keys),
  };

  function countIngest(what: string, by: number): void {
    if (what !== 'event') counters.add(INGEST_COUNTERS[what] ?? what, by);
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
      report: connection?.report() ?? { ...NO_REPORT, reason: openError ? openError.code : null, error: openError ? (toWire(openError) as unknown as JsonObject) : null },
      counters: { ...counters.totals(), uptimeMs: (counters.totals()['uptimeMs'] ?? 0) + (connection ? Math.round(connection.uptimeMs() - notedUptime) : 0), pages: leases.size(), logEvents: ingest?.meta().events ?? 0, logBytes: ingest?.meta().bytes ?? 0 },
      eventCounts: counters.eventCounts(),
    }),
    leasesChanged,
    connect() {
      const at = connection?.state().at;
      if (at === 'error' || at === 'needs_auth' || at === 'disconnected') connection?.input({ type: 'ask' });
    },
    reconnect: () => connection?.input({ type: 'ask' }),
    wake: () => connection?.input({ type: 'wake' }),
    sayBye() {
      phase = 'retired';
      bus.post(deps.beat());
    },
  };
}

/** Names under which ingest's counts are known outside. */
const INGEST_COUNTERS: Readonly<Record<string, string>> = { duplicate: 'duplicates', gap: 'gaps', shed: 'shedEvents', refused: 'refusedAdvanced', commit: 'commits', 'stale-document': 'staleDocuments' };

/** For stores that pages can't open themselves: the reader's four calls, by name. */
async function readFor(store: Store | null, method: string, argument: unknown): Promise<LogPage | CollectionPage> {
  if (!store) throw asSyncError(null, 'host/gone', 'This engine has no store yet; try again.');
  const { reader } = store;
  switch (method) {
    case 'read':
      return reader.read(isPosition(argument) ? argument : null);
    case 'history':
      return reader.history(typeof argument === 'number' ? argument : 100);
    case 'collection':
      return reader.collection(String(argument));
    default:
      return reader.documents(Array.isArray(argument) ? argument : []);
  }
}

function isPosition(value: unknown): value is Position {
  return isObject(value) && typeof value['run'] === 'string' && typeof value['seq'] === 'number';
}
