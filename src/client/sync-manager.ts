// What a page runs for one scope: it follows the log, keeps topics for hooks, holds a lease while somebody wants the connection, and sees
// to it that an engine lives. Composition only. It is correct without an engine; with one it is also fresh.
import { decodeBusMessage, type Beat, type BusMessage, type LeaseWishes } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import { holdForLife } from '../platform/locks.ts';
import type { Visibility } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { LogPage, LogReader, Notes, Position } from '../store/contract.ts';
import type { Sender } from '../transport/contract.ts';
import { createCollections, type CollectionSnapshot } from './collections.ts';
import { deriveHealth, type Health } from './connection-health.ts';
import { createEngineLink, type EngineLink } from './engine-link.ts';
import { createHistory, type OrderSync } from './history.ts';
import type { MutationRequest, MutationResult, Mutations } from './mutations.ts';
import { createReplica } from './replica.ts';
import { createSubscriptions, type EventFilter, type EventListener } from './subscriptions.ts';
import { createNotifier, createTopic, type Topic } from './topic.ts';
import { createTrace, deliverFields, type TraceRecord } from './trace.ts';

/** Options of the provider; the defaults are the documents' (seed 000). */
export interface SyncConfiguration {
  /** A filter of this page, not of the wire. */
  readonly orderID: string | null;
  readonly eventTypes: readonly string[] | undefined;
  readonly autoReconnect: boolean;
  /** Failures in a row until the slow retries begin. */
  readonly maxReconnectAttempts: number;
  /** First delay, ms. */
  readonly reconnectDelay: number;
  /** Assumed until the server's hello says its own, ms. */
  readonly heartbeatInterval: number;
  /** How many events a page shows; deletes nothing. */
  readonly eventHistoryLimit: number;
}

export const DEFAULT_CONFIGURATION: SyncConfiguration = {
  orderID: null, eventTypes: undefined, autoReconnect: true, maxReconnectAttempts: 5, reconnectDelay: 1_000, heartbeatInterval: 30_000, eventHistoryLimit: 100,
};

export interface SyncManagerDeps {
  readonly platform: Platform;
  readonly visibility: Visibility;
  readonly scope: Scope;
  readonly device: string;
  readonly policy: Policy;
  readonly rest: Sender;
  /** Opens what this page reads; `link` is for stores that only the engine can open. */
  readonly openReader: (link: EngineLink, signal: AbortSignal) => { readonly reader: LogReader; readonly notes: Notes | null };
  /** Starts the scope's host, or joins the running one. */
  readonly startHost: (failed: (error: SyncError) => void, signal: AbortSignal) => () => void;
  readonly configuration: SyncConfiguration;
}

export interface SyncManager {
  readonly scope: Scope;
  readonly health: Topic<Health>;
  /** The newest `eventHistoryLimit` events, oldest first. */
  readonly events: Topic<readonly SyncEvent[]>;
  readonly configuration: Topic<SyncConfiguration>;
  order(orderID: string): Topic<OrderSync>;
  collection(name: string): Topic<CollectionSnapshot>;
  /** Callbacks for events after this page's start; see EventFilter. */
  subscribe(listener: EventListener, filter?: EventFilter): () => void;
  /** The page's picture was replaced as a whole (another run). */
  onReset(listener: () => void): () => void;
  /** Wants the connection until the returned function is called. */
  hold(): () => void;
  /** Asks for a connection where there is none; does nothing where there is one. */
  connect(): void;
  reconnect(): void;
  configure(change: Partial<SyncConfiguration>): void;
  send(request: MutationRequest): Promise<MutationResult>;
  trace(listener: (record: TraceRecord) => void): () => void;
  /** Ends everything of this page. Idempotent; afterwards nothing is delivered. */
  close(): Promise<void>;
}

const LEASE_MS = 10_000;
const HEALTH_MS = 500;
/** After an engine's death: a random part of this, doubling while deaths follow each other within the calm time. */
const RESTART_MS = 100;
const RESTART_DOUBLINGS = 8;
const RESTART_CALM_MS = 10_000;

/** Follows `scope` until `close()` or until `closed` is heard (`onLoggedOut`). */
export function createSyncManager(deps: SyncManagerDeps, onLoggedOut: () => void): SyncManager {
  const { platform, scope, policy, visibility } = deps;
  const { clock, log } = platform;
  const life = new AbortController();
  const signal = life.signal;
  const names = scopeNames(scope);
  const page = platform.random.id();
  const bus = platform.openBus(names.bus, signal);
  const trace = createTrace(() => clock.monotonic());
  const notifier = createNotifier(clock, handlerFailed, signal);
  const subscriptions = createSubscriptions(handlerFailed);
  const configuration = createTopic(deps.configuration, notifier);
  const startedAt = clock.monotonic();
  let holds = 0;
  let updates = 0;
  let beat: Beat | null = null;
  let heardAt = -Infinity;
  let wellAt: number | null = null;
  let pageError: SyncError | null = null;
  let storedLastByteAt: number | null = null;
  /** Of the server's log that this page follows; null before it has a base. */
  let epoch: string | null = null;
  let deaths = 0;
  let reading: Promise<void> | null = null;
  let diedAt = -Infinity;
  /** Before its tab lock is held a page is not heard of: an engine that asks for a lock that nobody holds takes the page for dead. */
  let isLocked = false;

  const link = createEngineLink({ platform, bus, names, policy, page }, { beat: noteBeat, died: engineDied, changed: () => replica.wake() }, signal);
  const { reader, notes } = deps.openReader(link, signal);
  const collections = createCollections({ reader, notifier, clock, log }, signal);
  const history = createHistory({ reader, notifier, policy }, signal);
  const health = createTopic(currentHealth(), notifier, isSameHealth);
  const replica = createReplica({ reader, clock, log }, { deliver, reset, skipped }, signal);
  const startHost = deps.startHost(hostFailed, signal);
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };
  const isOnline = (): boolean => health.getSnapshot().isConnected || health.getSnapshot().isPollingFallback;
  let mutations: Mutations | null = null;

  trace.add('P.start', { page, tenant: scope.tenant, user: scope.user });
  void begin();

  async function begin(): Promise<void> {
    listenToWorld();
    // Its release tells the engine that this page is gone.
    await holdForLife(platform.locks, names.tab(page), signal).catch(() => {});
    if (signal.aborted) return;
    isLocked = true;
    link.ask();
    startHost();
    sayLease();
    everyLease();
    everyHealth();
    const noted = await notes?.get('last-byte-at').catch(() => null);
    storedLastByteAt = typeof noted === 'number' ? noted : null;
    showHealth();
  }

  function listenToWorld(): void {
    bus.listen((raw) => {
      const message = decodeBusMessage(raw);
      if (message.k !== 'unread') hear(message);
    }, signal);
    visibility.onChange((event) => {
      if (event === 'visible' || event === 'resumed' || event === 'restored' || event === 'online') {
        bus.post({ v: PROTOCOL_VERSION, k: 'wake', page, why: event });
        link.ask();
        replica.wake();
      }
      sayLease();
    }, signal);
  }

  function hear(message: BusMessage): void {
    switch (message.k) {
      case 'frame':
        if (holds === 0) return;
        trace.add('H.write', { engine: message.engine, term: message.term, run: message.run, through: message.through });
        replica.frame(message);
        // Documents of another run are not mine to mix in; the replica reads that run from disk.
        return message.run === replica.position()?.run ? collections.replace(message.documents, message.through) : undefined;
      case 'beat':
        return link.heard(message);
      case 'rpc':
        return link.envelope(message);
      case 'closed':
        return loggedOut();
      default:
        return;
    }
  }

  function deliver(events: readonly SyncEvent[], through: Position, source: 'bus' | 'disk'): void {
    updates += events.length;
    collections.apply(events);
    if (events.length > 0) history.append(events);
    for (const event of events) trace.add('P.deliver', { page, tenant: scope.tenant, source, through: through.seq, ...deliverFields(event) });
    subscriptions.deliver(events);
    showHealth();
  }

  /** Retention was there before this page: a hole that is announced like a reset. Deliveries go on after `to`. */
  function skipped(from: number, to: number): void {
    trace.add('P.skipped', { page, from, to });
    base(to, 'reset');
    history.reload(configuration.getSnapshot().eventHistoryLimit);
    collections.reload();
    subscriptions.reset();
  }

  function base(seq: number, why: 'initial' | 'restored' | 'reset'): void {
    trace.add('P.base', { page, tenant: scope.tenant, epoch, seq, why });
  }

  function reset(logPage: LogPage, why: 'start' | 'another-run'): void {
    const cursor = parseCursor(logPage.meta.cursor);
    if (cursor) {
      const isFirst = epoch === null;
      epoch = cursor.epoch;
      base(cursor.seq, why === 'start' ? 'restored' : isFirst ? 'initial' : 'reset');
    }
    if (logPage.meta.serverTime > 0) storedLastByteAt = Math.max(storedLastByteAt ?? 0, logPage.meta.serverTime);
    history.reload(configuration.getSnapshot().eventHistoryLimit);
    collections.reload();
    if (why !== 'start') subscriptions.reset();
    showHealth();
  }

  function noteBeat(next: Beat): void {
    const isNew = beat?.engine !== next.engine;
    if (isNew || beat?.term !== next.term) trace.add('H.leader', { engine: next.engine, term: next.term, host: next.host });
    beat = next;
    heardAt = clock.monotonic();
    pageError = null;
    // Leases are not kept over engines: a new one hears of this page now, not at the next renewal.
    if (isNew) sayLease();
    showHealth();
  }

  /** The worker's script runs in the process of the tab that made it; whoever is left makes another. */
  function engineDied(engine: string): void {
    log.info('The engine is gone; starting another', { engine });
    trace.add('H.gone', { engine });
    const soon = clock.monotonic() - diedAt < RESTART_CALM_MS;
    deaths = soon ? deaths + 1 : 0;
    diedAt = clock.monotonic();
    // An engine that dies at once each time (a database that refuses it) is tried ever more slowly.
    clock.after(RESTART_MS * 2 ** Math.min(deaths, RESTART_DOUBLINGS) * platform.random.number(), () => {
      if (signal.aborted) return;
      startHost();
      link.ask();
      sayLease();
    });
    replica.wake();
  }

  function hostFailed(error: SyncError): void {
    pageError = error;
    showHealth();
  }

  function loggedOut(): void {
    void close().then(onLoggedOut);
  }

  function sayLease(): void {
    if (signal.aborted || !isLocked) return;
    const { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval } = configuration.getSnapshot();
    const wants: LeaseWishes | null = holds > 0 ? { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval } : null;
    bus.post({ v: PROTOCOL_VERSION, k: 'lease', page, wants, isVisible: visibility.isVisible(), position: replica.position() });
  }

  function everyLease(): void {
    if (signal.aborted) return;
    clock.after(LEASE_MS, () => {
      sayLease();
      everyLease();
    });
  }

  /** Silence has no event: somebody has to look at the clock. */
  function everyHealth(): void {
    if (signal.aborted) return;
    clock.after(HEALTH_MS, () => {
      showHealth();
      everyHealth();
    });
  }

  function currentHealth(): Health {
    const now = clock.monotonic();
    return deriveHealth({ beat, heardAt, now, wallNow: clock.now(), startedAt, wellAt, hasLease: holds > 0, storedLastByteAt, updates, pageError }, policy);
  }

  function showHealth(): void {
    const next = currentHealth();
    if (next.status === 'healthy' || next.status === 'polling') wellAt = clock.monotonic();
    if (health.getSnapshot().label !== next.label) trace.add('P.health', { page, state: traceState(next) });
    health.set(next);
  }

  function handlerFailed(error: unknown): void {
    trace.add('P.handlerError', { page, message: String(error) });
    log.error('A handler of the application failed', { error: String(error) });
  }

  /** Code for writes comes with the first write. */
  async function send(request: MutationRequest): Promise<MutationResult> {
    const { createMutations } = await import('./mutations.ts');
    const note = (kind: string, fields: Readonly<Record<string, unknown>>): void => trace.add(kind, { page, tenant: scope.tenant, user: scope.user, ...fields });
    mutations ??= createMutations({ rest: deps.rest, clock, random: platform.random, identity, isOnline, note });
    return mutations.send(request);
  }

  /** Somebody checks this page: from the first listener on it also says what it shows. */
  function listen(listener: (record: TraceRecord) => void): () => void {
    reading ??= import('./trace-reads.ts').then(({ traceReads }) => {
      const end = traceReads(collections.topic('orders'), (fields) => trace.add('P.read', { page, tenant: scope.tenant, ...fields }));
      signal.addEventListener('abort', end, { once: true });
    });
    reading.catch(() => (reading = null));
    return trace.listen(listener);
  }

  async function close(): Promise<void> {
    if (signal.aborted) return;
    bus.post({ v: PROTOCOL_VERSION, k: 'lease', page, wants: null, isVisible: false, position: null });
    trace.add('P.stop', { page, how: 'closed' });
    life.abort();
  }

  return {
    scope, health, events: history.events, configuration,
    order: (orderID) => history.order(orderID),
    collection: (name) => collections.topic(name),
    subscribe: (listener, filter) => subscriptions.add(listener, filter),
    onReset: (listener) => subscriptions.onReset(listener),
    hold() {
      let isHeld = true;
      holds += 1;
      if (holds === 1) {
        replica.wake();
        sayLease();
        showHealth();
      }
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holds -= 1;
        if (holds === 0) {
          sayLease();
          showHealth();
        }
      };
    },
    connect: () => void link.call((engine) => engine.connect()).catch(() => startHost()),
    reconnect: () => void link.call((engine) => engine.reconnect()).catch(() => startHost()),
    configure(change) {
      const before = configuration.getSnapshot();
      configuration.set({ ...before, ...change });
      if (change.eventHistoryLimit !== undefined && change.eventHistoryLimit !== before.eventHistoryLimit) history.reload(change.eventHistoryLimit);
      sayLease();
    },
    send,
    trace: listen,
    close,
  };
}

function traceState({ label }: Health): 'live' | 'polling' | 'offline' | 'connecting' {
  if (label === 'Live') return 'live';
  if (label === 'Polling') return 'polling';
  return label === 'Connecting' ? 'connecting' : 'offline';
}

/** Counters tick all the time; components are told when something that they can show has changed. */
function isSameHealth(a: Health, b: Health): boolean {
  return (
    a.connectionState === b.connectionState && a.status === b.status && a.label === b.label && a.reason === b.reason && a.updates === b.updates &&
    a.totalEvents === b.totalEvents && a.refusedEvents === b.refusedEvents && a.engine === b.engine && a.term === b.term &&
    sameStep(a.lastByteAt, b.lastByteAt) && sameStep(a.retryAt, b.retryAt) && sameStep(a.uptime, b.uptime)
  );
}

/** Times are compared by the second. */
function sameStep(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.floor(a / 1_000) === Math.floor(b / 1_000);
}
