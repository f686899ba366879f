// Bare mode: the live part of a page whose server knows no cursors, over a source that the application makes (`eventSourceFactory`). The page
// follows it by itself: no engine, no lock, no database. What may have been missed can't be known, so each reconnect asks for everything to be
// fetched again. It must never claim to be connected before the server said something.
import type { ConnectionState } from '../../core/connection-state.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Preferences } from '../../protocol/rpc.ts';
import type { BareState } from './bare-state.ts';
import { readBareEvent } from '../../core/bare-event.ts';
import { openSource, type BareSource, type EventSourceFactory } from './bare-source.ts';
import type { LiveFace, LivePage } from '../contract.ts';
import { NO_METRICS } from '../health/derived-metrics.ts';
import { earlyHealth, type HealthLabel, type HealthStatus } from '../health/health.ts';

/** Ms between two calls to fetch everything while no stream comes, unless the configuration says another. */
const POLL_MS = 15_000;
const MOST_DELAY_MS = 20_000;
/** Ms between two looks at the clock. */
const LOOK_MS = 1_000;
const KEEP_MS = 60_000;
/** A server that is silent for this many heartbeats is gone. */
const SILENT_HEARTBEATS = 2.5;
/** Ids that are remembered, so that what a server sends twice is told once. */
const KNOWN_IDS = 1_000;

/** `connect` and so on show nothing while the other states say it. */
const SHOWN: Readonly<Record<ConnectionState, readonly [HealthStatus, HealthLabel]>> = {
  disconnected: ['disconnected', 'Offline'],
  connecting: ['connecting', 'Connecting'],
  connected: ['healthy', 'Live'],
  reconnecting: ['connecting', 'Offline'],
  polling_fallback: ['polling', 'Polling'],
  error: ['error', 'Offline'],
  needs_auth: ['error', 'Sign in again'],
};

export function startBare(factory: EventSourceFactory, isKept: boolean, face: LiveFace, signal: AbortSignal): LivePage {
  const { platform, scope, history, subscriptions, configuration, isWanted, reader } = face;
  const { clock, log } = platform;
  let source: BareSource | null = null;
  let state: ConnectionState = 'disconnected';
  let error: SyncError | null = null;
  let transport: Preferences['transport'] = 'auto';
  /** Chosen in this page's life: it outranks what the last one kept. */
  let picked: Preferences | null = null;
  let [failures, totalConnections, duplicates, refusedEvents, uptime, fallbacks, made] = [0, 0, 0, 0, 0, 0, 0];
  let [heardAt, lastByteAt, lookedAt] = [0, 0, clock.monotonic()];
  let retryAt: number | null = null;
  let cancelRetry = (): void => {};
  let events: readonly SyncEvent[] = [];
  let keeper: BareState | null = null;
  let [keptEvents, keptConnections, keptUptime] = [events, 0, 0];
  /** Options changed in this page's life: they outrank what the last one kept. */
  const changed = new Set<string>();
  const known = new Set<string>();
  const eventCounts: Record<string, number> = {};

  signal.addEventListener('abort', leave, { once: true });
  look();
  wished();
  if (isKept) void restore().catch(() => {});

  /** History of the last session before that of this one; from then on it is kept. */
  async function restore(): Promise<void> {
    const kept = await stateDesk();
    if (signal.aborted) return;
    const before = kept.restore(clock.now());
    const isNew = ({ id }: SyncEvent): boolean => !events.some((event) => event.id === id);
    before.forEach(({ id }) => known.add(id));
    const hasNew = events.length > 0;
    if (before.length > 0) keep([...before.filter(isNew), ...events]);
    if (!hasNew) keptEvents = events;
    keeper = kept;
    face.configure(Object.fromEntries(Object.entries(kept.changed()).filter(([name]) => !changed.has(name))));
    if (!picked) return;
    chosen(picked);
    kept.keep(clock.now());
  }

  /** What is new: events and connections at once, time alone once a minute. */
  function keepOnDisk(): void {
    const isNew = events !== keptEvents || totalConnections !== keptConnections || uptime - keptUptime >= KEEP_MS;
    if (!keeper || !isNew) return;
    [keptEvents, keptConnections, keptUptime] = [events, totalConnections, uptime];
    keeper.keep(clock.now());
  }

  /** Uptime and silence: nothing else tells of them. */
  function look(): void {
    if (signal.aborted) return;
    const now = clock.monotonic();
    if (state === 'connected') {
      uptime += now - lookedAt;
      show();
      if (now - heardAt > configuration.getSnapshot().heartbeatInterval * SILENT_HEARTBEATS)
        failed(new SyncError('net/timeout', 'The server has been silent.'));
    }
    lookedAt = now;
    keepOnDisk();
    clock.after(LOOK_MS, look);
  }

  function show(next = state): void {
    state = next;
    const [status, label] = SHOWN[state];
    const totalEvents = made;
    face.health.set({
      ...earlyHealth({ isWanted: isWanted(), isLate: true, error: null }),
      ...{ connectionState: state, status, label, retryAt, totalEvents, uptime, refusedEvents, transport, updates: made, eventCounts: { ...eventCounts } },
      isConnected: status === 'healthy',
      isPollingFallback: status === 'polling',
      lastByteAt: lastByteAt || null,
      ...(status === 'healthy' ? { reason: null, error: null } : { reason: error?.code ?? null, error }),
      breaker: status === 'polling' ? 'open' : 'closed',
      host: 'inline',
      hostReason: 'bare',
      counters: { totalConnections, totalEvents, duplicates, refusedEvents, uptimeMs: uptime },
    });
    const totalReconnects = Math.max(0, totalConnections - 1);
    face.metrics.set({
      ...NO_METRICS,
      totalConnections,
      totalReconnects,
      totalEvents,
      eventCounts: { ...eventCounts },
      uptime,
      duplicates,
      refusedEvents,
      pollingFallbacks: fallbacks,
    });
  }

  function wished(): void {
    if (events.length > configuration.getSnapshot().eventHistoryLimit) keep(events);
    if (!isWanted()) {
      close();
      return show('disconnected');
    }
    if (state === 'disconnected') dial();
  }

  function close(): void {
    cancelRetry();
    retryAt = null;
    source?.close();
    source = null;
  }

  function dial(): void {
    close();
    if (transport === 'polling') return poll();
    if (state !== 'polling_fallback') show(totalConnections + failures > 0 ? 'reconnecting' : 'connecting');
    try {
      let last = '';
      const mine = openSource(factory, { ...configuration.getSnapshot(), baseUrl: scope.baseUrl }, (type, message) => {
        if (mine !== source) return;
        if (type === 'error') return failed(new SyncError('net/offline', 'The stream broke.'));
        // The standard repeats the last id for messages without one.
        const id = message.lastEventId && message.lastEventId !== last ? message.lastEventId : '';
        last = message.lastEventId ?? '';
        heard(type, message.data, id);
      });
      source = mine;
    } catch (cause) {
      log.error('The event source could not be made', { error: String(cause) });
      failed(new SyncError('host/unsupported', 'The event source could not be made.', { cause }));
    }
  }

  function heard(type: string, data: unknown, id: string): void {
    [heardAt, lastByteAt] = [clock.monotonic(), clock.now()];
    if (state !== 'connected') greeted();
    if (type === 'connected' || type === 'heartbeat') return;
    const event = readBareEvent(type, data, scope.tenant, clock.now());
    if (!event) refusedEvents += 1;
    else take({ ...event, id: event.id || id });
    show();
  }

  function greeted(): void {
    failures = 0;
    error = null;
    totalConnections += 1;
    lookedAt = clock.monotonic();
    cancelRetry();
    show('connected');
    if (totalConnections > 1) subscriptions.reset();
  }

  function take(event: SyncEvent): void {
    if (event.id && known.has(event.id)) return void (duplicates += 1);
    made += 1;
    eventCounts[event.eventType] = (eventCounts[event.eventType] ?? 0) + 1;
    const named = event.id ? event : { ...event, id: `bare-${made}` };
    known.add(named.id);
    if (known.size > KNOWN_IDS) known.delete(known.values().next().value ?? '');
    keep([...events, named]);
    subscriptions.deliver([named]);
  }

  function keep(next: readonly SyncEvent[]): void {
    events = next.slice(-configuration.getSnapshot().eventHistoryLimit);
    history.append([], { run: 'bare', seq: 0 });
    history.adopt(events);
  }

  /** One failure more: again soon, and after the most of them by fetching everything now and then, with a stream tried beside it. */
  function failed(why: SyncError): void {
    close();
    error = why;
    failures += 1;
    const { autoReconnect, maxReconnectAttempts, reconnectDelay } = configuration.getSnapshot();
    if (!autoReconnect) return show('error');
    if (failures > maxReconnectAttempts) return poll();
    again(platform.random.number() * Math.min(MOST_DELAY_MS, reconnectDelay * 2 ** (failures - 1)), dial);
    show('reconnecting');
  }

  function poll(): void {
    if (state !== 'polling_fallback') fallbacks += 1;
    again(configuration.getSnapshot().pollInterval ?? POLL_MS, () => {
      subscriptions.reset();
      dial();
    });
    show('polling_fallback');
  }

  function again(ms: number, act: () => void): void {
    cancelRetry();
    retryAt = clock.now() + ms;
    cancelRetry = clock.after(ms, act);
  }

  function fresh(): void {
    failures = 0;
    if (isWanted()) dial();
  }

  function chosen(preferences: Preferences): void {
    if (preferences.transport === transport) return;
    transport = preferences.transport;
    if (isWanted()) fresh();
    else show();
  }

  function leave(): void {
    keepOnDisk();
    close();
    state = 'disconnected';
  }

  async function stateDesk(): Promise<BareState> {
    const { createBareState } = await import('./bare-state.ts');
    return createBareState({ ...face, isKept, events: () => events, adopt: keep, chosen });
  }

  return {
    ...{ reader, wished, leave, isDurable: () => true, inspect: () => Promise.resolve(), tell: () => {} },
    connect: () => state !== 'connected' && state !== 'connecting' && fresh(),
    reconnect: fresh,
    async prefer(preferences) {
      picked = preferences;
      chosen(preferences);
      keeper?.keep(clock.now());
    },
    async keepConfiguration(change) {
      for (const name of Object.keys(change)) changed.add(name);
      await stateDesk()
        .then((desk) => desk.keepConfiguration(change))
        .catch(() => {});
    },
    exportState: async () => (await stateDesk()).exportState(),
    importState: async (json) => (await stateDesk()).importState(json),
    consume: () => () => {},
  };
}
