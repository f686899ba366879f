// What a page runs for one scope: it follows the log, keeps topics for hooks, holds a lease while somebody wants the connection, and sees
// to it that an engine lives. Composition only. It is correct without an engine; with one it is also fresh.
import { decodeBusMessage, type Beat, type BusMessage, type LeaseWishes } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import type { Visibility } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { LogPage, LogReader, Notes, Position } from '../store/contract.ts';
import type { Sender } from '../transport/contract.ts';
import { createCollections, type CollectionSnapshot } from './collections.ts';
import type { Health } from './connection-health.ts';
import { createEngineLink, type EngineLink } from './engine-link.ts';
import { createHealthWatch } from './health-watch.ts';
import { createHistory, type OrderSync } from './history.ts';
import { createHostKeeper } from './host-keeper.ts';
import type { MutationRequest, MutationResult, Mutations } from './mutations.ts';
import { createPageLease } from './page-lease.ts';
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
  orderID: null,
  eventTypes: undefined,
  autoReconnect: true,
  maxReconnectAttempts: 5,
  reconnectDelay: 1_000,
  heartbeatInterval: 30_000,
  eventHistoryLimit: 100,
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
  /** Of the server's log that this page follows; null before it has a base. */
  let epoch: string | null = null;
  let reading: Promise<void> | null = null;

  const link = createEngineLink({ platform, bus, names, policy, page }, { beat: heardBeat, died: engineDied, changed: () => replica.wake() }, signal);
  const { reader, notes } = deps.openReader(link, signal);
  const collections = createCollections({ reader, notifier, clock, log }, signal);
  const history = createHistory({ reader, notifier, policy }, signal);
  const replica = createReplica({ reader, clock, log }, { deliver, reset, skipped }, signal);
  const lease = createPageLease(
    { bus, clock, locks: platform.locks, names, page, visibility, wishes, position: () => replica.position() },
    leaseChanged,
    signal,
  );
  const health = createHealthWatch({ clock, policy, notifier, hasLease: lease.isHeld, labelChanged }, signal);
  const host = createHostKeeper({ clock, random: platform.random, start: deps.startHost(health.failed, signal) }, introduce, signal);
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };
  const isOnline = (): boolean => health.topic.getSnapshot().isConnected || health.topic.getSnapshot().isPollingFallback;
  let mutations: Mutations | null = null;

  trace.add('P.start', { page, tenant: scope.tenant, user: scope.user });
  void begin();

  async function begin(): Promise<void> {
    listenToWorld();
    await lease.begin();
    if (signal.aborted) return;
    link.ask();
    host.start();
    health.begin();
    const noted = await notes?.get('last-byte-at').catch(() => null);
    if (typeof noted === 'number') health.noteLastByte(noted);
  }

  /** A new engine hears of this page now, not at the next renewal: leases are not kept over engines. */
  function introduce(): void {
    link.ask();
    lease.say();
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
      lease.say();
    }, signal);
  }

  function hear(message: BusMessage): void {
    switch (message.k) {
      case 'frame':
        if (!lease.isHeld()) return;
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
    health.noteUpdates(events.length);
    collections.apply(events);
    if (events.length > 0) history.append(events);
    for (const event of events) trace.add('P.deliver', { page, tenant: scope.tenant, source, through: through.seq, ...deliverFields(event) });
    subscriptions.deliver(events);
    health.look();
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
    if (logPage.meta.serverTime > 0) health.noteLastByte(logPage.meta.serverTime);
    history.reload(configuration.getSnapshot().eventHistoryLimit);
    collections.reload();
    if (why !== 'start') subscriptions.reset();
    health.look();
  }

  function heardBeat(beat: Beat): void {
    const before = health.leader();
    if (before?.engine !== beat.engine || before.term !== beat.term) trace.add('H.leader', { engine: beat.engine, term: beat.term, host: beat.host });
    health.heard(beat);
    if (before?.engine !== beat.engine) lease.say();
  }

  /** The worker's script runs in the process of the tab that made it; whoever is left makes another. */
  function engineDied(engine: string): void {
    log.info('The engine is gone; starting another', { engine });
    trace.add('H.gone', { engine });
    host.restart();
    replica.wake();
  }

  function loggedOut(): void {
    void close().then(onLoggedOut);
  }

  function wishes(): LeaseWishes {
    const { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval } = configuration.getSnapshot();
    return { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval, pollInterval: null };
  }

  /** Without a lease frames are not applied: what was missed meanwhile is read now. */
  function leaseChanged(): void {
    if (lease.isHeld()) replica.wake();
    health.look();
  }

  function labelChanged(next: Health): void {
    trace.add('P.health', { page, state: traceState(next) });
  }

  function handlerFailed(error: unknown): void {
    trace.add('P.handlerError', { page, message: String(error) });
    log.error('A handler of the application failed', { error: String(error) });
  }

  /** Code for writes comes with the first write. */
  async function send(request: MutationRequest): Promise<MutationResult> {
    const { createMutations } = await import('./mutations.ts');
    const note = (kind: string, fields: Readonly<Record<string, unknown>>): void =>
      trace.add(kind, { page, tenant: scope.tenant, user: scope.user, ...fields });
    mutations ??= createMutations({ rest: deps.rest, clock, random: platform.random, identity, isOnline, note });
    return mutations.send(request);
  }

  /** Somebody checks this page: from the first listener on it also says what it shows. */
  function listen(listener: (record: TraceRecord) => void): () => void {
    reading ??= import('./trace-reads.ts').then(({ traceReads }) => {
      const end = traceReads(collections.topic('orders'), (fields) => trace.add('P.read', { page, tenant: scope.tenant, ...fields }));
      signal.addEventListener('abort', end, { once: true });
      return undefined;
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
    scope,
    health: health.topic,
    events: history.events,
    configuration,
    order: (orderID) => history.order(orderID),
    collection: (name) => collections.topic(name),
    subscribe: (listener, filter) => subscriptions.add(listener, filter),
    onReset: (listener) => subscriptions.onReset(listener),
    hold: lease.hold,
    connect: () => void link.call((engine) => engine.connect()).catch(() => host.start()),
    reconnect: () => void link.call((engine) => engine.reconnect()).catch(() => host.start()),
    configure(change) {
      const before = configuration.getSnapshot();
      configuration.set({ ...before, ...change });
      if (change.eventHistoryLimit !== undefined && change.eventHistoryLimit !== before.eventHistoryLimit) history.reload(change.eventHistoryLimit);
      lease.say();
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
