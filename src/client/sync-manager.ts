// What a page shows of one scope, and the face of everything it does: topics filled from disk, callbacks, holds. What makes it fresh
// (live-page.ts: bus, lease, host, replica) is loaded while the disk is read; a page whose network fails at that moment shows what it has and tries again.
import { SyncError } from '../core/sync-error.ts';
import type { LivePage, StartLive, SyncManager, SyncManagerDeps } from './contract.ts';
import { createCollections } from './documents/collections.ts';
import { configured, type SyncConfiguration } from './state/configuration.ts';
import { NO_METRICS, type DerivedMetrics } from './health/derived-metrics.ts';
import { NO_BASELINE, type MetricsBaseline } from './state/exported-state.ts';
import { earlyHealth, FIRST_MS, type Health } from './health/health.ts';
import { createHistory } from './documents/history.ts';
import { mutateLater } from './writes/lazy-writes.ts';
import type { MutationRequest, MutationResult, Mutations } from './writes/mutations.ts';
import type { PageOutbox } from './writes/page-outbox.ts';
import { createPending, EMPTY_OUTBOX, type OutboxSnapshot } from './writes/pending.ts';
import { createPageTrace } from './trace/page-trace.ts';
import { createSubscriptions } from './documents/subscriptions.ts';
import { createNotifier, createTopic } from './topic.ts';

export type { SyncConfiguration } from './state/configuration.ts';
export type { SyncManager, SyncManagerDeps } from './contract.ts';
export { DEFAULT_CONFIGURATION } from './state/configuration.ts';

/** Between two attempts to load the live part. */
const RETRY_MS = 3_000;

/** Follows `scope` until `close()` or until `closed` is heard (`onLoggedOut`). */
export function createSyncManager(deps: SyncManagerDeps, onLoggedOut: () => void): SyncManager {
  const { platform, scope, policy } = deps;
  const { clock, log } = platform;
  const life = new AbortController();
  const signal = life.signal;
  const page = platform.random.id();
  const startedAt = clock.monotonic();
  const trace = createPageTrace({ now: clock.monotonic, about: { page, tenant: scope.tenant }, orders: () => collections.topic('orders') }, signal);
  const notifier = deps.notifier ?? createNotifier(clock, handlerFailed, signal);
  const subscriptions = createSubscriptions(handlerFailed);

  let live: LivePage | null = null;
  let holds = 0;
  const { promise: untilLive, resolve: becomeLive } = Promise.withResolvers<LivePage>();
  const { reader, notes, hasEntries } = deps.openReader(() => live, signal);
  const outbox = createTopic<OutboxSnapshot>({ ...EMPTY_OUTBOX, isLoading: true }, notifier);
  const pending = createPending({ topic: outbox, clock, hasEntries, load: loadOutbox });
  const collections = createCollections({ reader, pending, notifier, clock, log }, signal);
  const history = createHistory({ reader, notifier, policy }, signal);
  const configuration = createTopic(deps.configuration, notifier);
  const baseline = createTopic<MetricsBaseline>(NO_BASELINE, notifier);
  const metrics = createTopic<DerivedMetrics>(NO_METRICS, notifier);
  const health = createTopic<Health>(early(null), notifier);
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };
  let mutations: Mutations | null = null;

  trace.add('P.start', { user: scope.user });
  history.reload(deps.configuration.eventHistoryLimit);
  const face = { baseline, configuration, configure, isWanted: () => holds > 0, hold, handlerFailed, loggedOut };
  if (deps.live) begin(deps.live);
  else if (deps.loadLive) void goLive(deps.loadLive);
  clock.after(FIRST_MS, () => live ?? health.set(early(health.getSnapshot().error)));

  function begin(start: StartLive): void {
    live = start({ ...deps, ...face, page, startedAt, reader, notes, notifier, collections, pending, history, subscriptions, trace, health, metrics }, signal);
    becomeLive(live);
  }

  async function goLive(load: () => Promise<StartLive>): Promise<void> {
    try {
      const start = await load();
      if (!signal.aborted) begin(start);
    } catch (error) {
      if (signal.aborted) return;
      log.error('The live part of this page could not be loaded', { error: String(error) });
      health.set(early(notLoaded(error)));
      clock.after(RETRY_MS, () => void goLive(load));
    }
  }

  function early(error: SyncError | null): Health {
    return earlyHealth({ isWanted: holds > 0, isLate: clock.monotonic() - startedAt >= FIRST_MS, error });
  }

  /** What only the live part can do; who asks is told in time where it can't be loaded. */
  function reach(): Promise<LivePage> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = clock.after(policy.rpcMs, () => reject(notLoaded()));
    return Promise.race([untilLive, promise]).finally(cancel);
  }

  function wished(): void {
    if (live) live.wished();
    else health.set(early(health.getSnapshot().error));
  }

  function hold(): () => void {
    let isHeld = true;
    holds += 1;
    if (holds === 1) wished();
    return () => {
      if (!isHeld) return;
      isHeld = false;
      holds -= 1;
      if (holds === 0) wished();
    };
  }

  function configure(change: Partial<SyncConfiguration>): void {
    const before = configuration.getSnapshot();
    const after = configured(before, change);
    configuration.set(after);
    if (after.eventHistoryLimit !== before.eventHistoryLimit) history.reload(after.eventHistoryLimit);
    wished();
  }

  /** Code for writes comes with the first write. */
  async function send(request: MutationRequest): Promise<MutationResult> {
    const { createMutations } = await import('./writes/mutations.ts');
    const note = (kind: string, fields: Readonly<Record<string, unknown>>): void => trace.add(kind, { user: scope.user, ...fields });
    const isOnline = (): boolean => health.getSnapshot().isConnected || health.getSnapshot().isPollingFallback;
    mutations ??= createMutations({ rest: deps.rest, clock, random: platform.random, identity, isOnline, note });
    return mutations.send(request);
  }

  /** Code of the outbox comes with the first entry. */
  async function loadOutbox(): Promise<PageOutbox> {
    const { openOutbox } = await import('./writes/open-outbox.ts');
    return openOutbox(
      {
        ...{ clock, log, random: platform.random, rest: deps.rest, identity, scope, disk: deps.outboxDisk, reader, topic: outbox, health },
        known: collections.confirmed,
        relaid: collections.relay,
        tell: (why) => void untilLive.then((page) => page.tell(why)),
        note: (kind, fields) => trace.add(kind, { user: scope.user, ...fields }),
      },
      signal,
    );
  }

  function handlerFailed(error: unknown): void {
    trace.add('P.handlerError', { message: String(error) });
    log.error('A handler of the application failed', { error: String(error) });
  }

  function loggedOut(): void {
    void close('logout').then(onLoggedOut);
  }

  async function close(how: 'closed' | 'logout' = 'closed'): Promise<void> {
    if (signal.aborted) return;
    live?.leave();
    trace.add('P.stop', { how });
    life.abort();
  }

  return {
    ...{ scope, identity, health, metrics, baseline, configuration, configure, send, hold, outbox, desk: pending.layer },
    ask: (request) => deps.rest.send({ ...request, identity }),
    updateConfiguration(change) {
      configure(change);
      void untilLive.then((page) => page.keepConfiguration(change));
    },
    mutate: (mutation) => mutateLater(pending.layer(), mutation),
    events: history.events,
    order: history.order,
    collection: collections.topic,
    subscribe: subscriptions.add,
    onReset: subscriptions.onReset,
    connect: () => void untilLive.then((page) => page.connect()),
    reconnect: () => void untilLive.then((page) => page.reconnect()),
    prefer: async (preferences) => (await reach()).prefer(preferences),
    exportState: async () => (await reach()).exportState(),
    importState: async (json) => (await reach()).importState(json),
    consume(name, options) {
      // Told at once: it is a mistake of the program.
      if (!notes) throw new TypeError('A consumer keeps its place on disk: there is none with enablePersistence={false}');
      let end: (() => void) | null = () => {};
      void untilLive.then((page) => end && (end = page.consume(name, options)));
      return () => {
        end?.();
        end = null;
      };
    },
    trace: trace.listen,
    close: () => close(),
  };
}

function notLoaded(cause?: unknown): SyncError {
  return new SyncError('host/gone', 'A part of this application could not be loaded. What is on this device is shown; it is tried again by itself.', { cause });
}
