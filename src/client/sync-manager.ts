// What a page runs for one scope: it follows the log, keeps topics for hooks, holds a lease while somebody wants the connection, and sees
// to it that an engine lives. Composition only. It is correct without an engine; with one it is also fresh.
import {
  decodeBusMessage,
  REFUSED_NOTICE,
  type TransientNotice,
  type Beat,
  type BusMessage,
  type Claim,
  type LeaseWishes,
  type TokenAsk,
} from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import { scopeNames } from '../scope/scope.ts';
import type { Position } from '../store/contract.ts';
import type { SyncManager, SyncManagerDeps } from './contract.ts';
import { createCollections } from './collections.ts';
import { createEngineLink } from './engine-link.ts';
import { createHealthWatch } from './health-watch.ts';
import { createHistory } from './history.ts';
import { createHostKeeper } from './host-keeper.ts';
import type { MutationRequest, MutationResult, Mutations } from './mutations.ts';
import { createLazyConsumers } from './lazy-consumers.ts';
import { createPageBus } from './page-bus.ts';
import { createPageFeed } from './page-feed.ts';
import { createPageLease } from './page-lease.ts';
import { createPageState, type PageStateDeps } from './page-state.ts';
import { createPageTrace } from './page-trace.ts';
import { createReplica } from './replica.ts';
import { createSilenceWatch, type Silence } from './silence-watch.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createNotifier } from './topic.ts';

export type { SyncConfiguration } from './configuration.ts';
export type { SyncManager, SyncManagerDeps } from './contract.ts';
export { DEFAULT_CONFIGURATION } from './configuration.ts';

/** Follows `scope` until `close()` or until `closed` is heard (`onLoggedOut`). */
export function createSyncManager(deps: SyncManagerDeps, onLoggedOut: () => void): SyncManager {
  const { platform, scope, policy, visibility } = deps;
  const { clock, log } = platform;
  const life = new AbortController();
  const signal = life.signal;
  const names = scopeNames(scope);
  const page = platform.random.id();
  const bus = createPageBus((until) => platform.openBus(names.bus, until), signal);
  const about = { page, tenant: scope.tenant };
  const trace = createPageTrace({ now: () => clock.monotonic(), about, orders: () => collections.topic('orders') }, signal);
  const notifier = createNotifier(clock, handlerFailed, signal);
  const subscriptions = createSubscriptions(handlerFailed);

  const link = createEngineLink({ platform, bus, names, policy, page }, { beat: heardBeat, died: engineDied, changed: () => replica.wake() }, signal);
  const { reader, notes } = deps.openReader(link, signal);
  const collections = createCollections({ reader, notifier, clock, log }, signal);
  const history = createHistory({ reader, notifier, policy }, signal);
  const feed = createPageFeed({ clock, collections, history, subscriptions, trace, health: () => health, historyLimit });
  const replica = createReplica({ reader, clock, log }, feed, signal);
  const state = createPageState({
    ...{ link, notes, history, notifier, policy, tenant: scope.tenant, initial: deps.configuration },
    facts: exportFacts,
    changed: () => lease.say(),
  });
  const lease = createPageLease({ bus, clock, locks: platform.locks, names, page, visibility, wishes, position: heldPosition }, leaseChanged, signal);
  const place = deps.createHost({ names, clock, locks: platform.locks, post: bus.post, failed: (error) => health.failed(error) }, signal);
  const health = createHealthWatch(
    { clock, policy, notifier, hasLease: lease.isHeld, hostReason: () => place.choice().reason, labelChanged: trace.health },
    signal,
  );
  const host = createHostKeeper({ clock, random: platform.random, start: place.start }, introduce, signal);
  const silence = createSilenceWatch({ clock, policy, visibility, ask: link.ask, prepare: () => void acting().catch(() => {}), act: actOnSilence }, signal);
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device: deps.device };
  const isOnline = (): boolean => health.topic.getSnapshot().isConnected || health.topic.getSnapshot().isPollingFallback;
  let mutations: Mutations | null = null;
  const consumers = createLazyConsumers(
    {
      ...{ reader, names, clock, log, noteEffect },
      open: deps.openConsumers,
      locks: platform.locks,
      hold: lease.hold,
      changes: history.events,
      onError: handlerFailed,
    },
    signal,
  );
  let isAside = false;
  let isFrozen = false;
  let hasTriedAuth = false;

  trace.add('P.start', { user: scope.user });
  void begin();

  async function begin(): Promise<void> {
    listenToWorld();
    await lease.begin();
    if (signal.aborted) return;
    link.ask();
    host.start();
    health.begin();
    silence.begin();
    const noted = await notes?.get('last-byte-at').catch(() => null);
    if (typeof noted === 'number') health.noteLastByte(noted);
    await state.begin();
  }

  /** A new engine hears of this page now, not at the next renewal: leases are not kept over engines. */
  function introduce(): void {
    link.ask();
    lease.say();
  }

  function listenToWorld(): void {
    bus.listen((raw) => {
      // A frozen page still hears. Were it to read, its transaction would never end and hold up every engine for a minute.
      if (isFrozen) return;
      const message = decodeBusMessage(raw);
      if (message.k !== 'unread') hear(message);
    }, signal);
    visibility.onChange((event) => {
      isFrozen = event === 'frozen' || (isFrozen && (event === 'hidden' || event === 'online' || event === 'offline'));
      if (event === 'cached') return suspend();
      if (event === 'restored') resume();
      if (event === 'visible' || event === 'resumed' || event === 'restored' || event === 'online') {
        bus.post({ v: PROTOCOL_VERSION, k: 'wake', page, why: event });
        link.ask();
        replica.wake();
        if (event !== 'online') silence.awake();
        hasTriedAuth = false;
      }
      lease.say();
    }, signal);
  }

  function noteLife(message: BusMessage): void {
    place.hear(message);
    if (message.k === 'frame' || (message.k === 'beat' && message.phase !== 'retired')) silence.heard();
  }

  function hear(message: BusMessage): void {
    noteLife(message);
    switch (message.k) {
      case 'frame':
        if (!lease.isHeld()) return;
        trace.add('H.write', { engine: message.engine, term: message.term, run: message.run, through: message.through });
        feed.heard(message);
        replica.frame(message);
        // Documents of another run are not mine to mix in; the replica reads that run from disk.
        return message.run === replica.position()?.run ? collections.replace(message.documents, message.through) : undefined;
      case 'beat':
        return link.heard(message);
      case 'rpc':
        return link.envelope(message);
      case 'claim':
        return claimed(message);
      case 'token-ask':
        return answerToken(message);
      case 'transient':
        return noteRefused(message);
      case 'closed':
        return loggedOut();
      default:
        return;
    }
  }

  function heardBeat(beat: Beat): void {
    offerToken(beat);
    const before = health.leader();
    if (before?.engine !== beat.engine || before.term !== beat.term) trace.add('H.leader', { engine: beat.engine, term: beat.term, host: beat.host });
    health.heard(beat);
    if (before?.engine !== beat.engine) lease.say();
    // Memory instead of the disk, or the disk again: another place to read from.
    if (before && before.durable !== beat.durable) replica.wake();
  }

  /** The worker's script runs in the process of the tab that made it; whoever is left makes another. */
  function engineDied(engine: string): void {
    log.info('The engine is gone; starting another', { engine });
    trace.add('H.gone', { engine });
    host.restart();
    replica.wake();
  }

  const acting = () => import('./silence-act.ts');

  async function actOnSilence(found: Silence): Promise<void> {
    try {
      const { actOnSilence: act } = await acting();
      const end = await act({ platform, bus, names, policy, page, leader: link.leader, host: place, claimed }, found, signal);
      log.info('The engine is silent', { end });
    } catch (error) {
      if (!signal.aborted) log.error('Nothing could be done about a silent engine', { error: String(error) });
    }
  }

  /** This page or another acts on a silent engine. One that a newer generation replaces can't be ended by anybody: people are told. */
  function claimed({ engine, generation }: Claim): void {
    silence.claimed();
    trace.add('H.claim', { engine, generation });
    if (engine === null || generation === 0) return;
    acting()
      .then(({ watchHung }) => watchHung({ locks: platform.locks, names, warn: health.warn }, engine, signal))
      .catch(() => {});
  }

  function noteRefused({ eventType, data }: TransientNotice): void {
    if (eventType === REFUSED_NOTICE) trace.add('P.reject', { ...parseCursor(data['id']), reason: data['reason'] });
  }

  function answerToken(ask: TokenAsk): void {
    if (!deps.tokens) return;
    if (ask.page === null) lease.say();
    else if (ask.page === page) deps.tokens.answer(ask, page, bus.post);
  }

  /** An engine without a token asks nobody by itself: a page that has come, or is looked at again, lets it try once. */
  function offerToken({ report }: Beat): void {
    if (!deps.tokens || hasTriedAuth || report.state !== 'needs_auth') return;
    hasTriedAuth = true;
    connect();
  }

  /** Into the back/forward cache: whatever of this page could hold up another, or bring it a message, ends within this call. */
  function suspend(): void {
    if (isAside || signal.aborted) return;
    isAside = true;
    lease.suspend();
    link.release();
    consumers.suspend();
    place.suspend();
    bus.suspend();
  }

  /** The same page goes on from its position; what it missed is on disk. */
  function resume(): void {
    if (!isAside || signal.aborted) return;
    isAside = false;
    bus.resume();
    place.resume();
    void lease.resume();
    consumers.resume();
  }

  /** Retention by age waits for what this page has delivered and for what its consumers have acted on. */
  function heldPosition(): Position | null {
    const position = replica.position();
    const passed = consumers.lowest();
    return position && passed?.run === position.run ? { ...position, seq: Math.min(position.seq, passed.seq) } : position;
  }

  function connect(): void {
    void link.call((engine) => engine.connect()).catch(() => host.start());
  }

  function exportFacts(): ReturnType<PageStateDeps['facts']> {
    const [events, known] = [history.events.getSnapshot(), health.topic.getSnapshot()];
    return { events, health: known, receipts: feed.receipts, position: replica.position(), acknowledged: consumers.lowest() };
  }

  function historyLimit(): number {
    return state.configuration.getSnapshot().eventHistoryLimit;
  }

  function loggedOut(): void {
    void close('logout').then(onLoggedOut);
  }

  function wishes(): LeaseWishes {
    const { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval, pollInterval } = state.configuration.getSnapshot();
    return { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval, pollInterval };
  }

  /** Without a lease frames are not applied: what was missed meanwhile is read now. */
  function leaseChanged(): void {
    if (lease.isHeld()) replica.wake();
    health.look();
  }

  function handlerFailed(error: unknown): void {
    trace.add('P.handlerError', { message: String(error) });
    log.error('A handler of the application failed', { error: String(error) });
  }

  /** Code for writes comes with the first write. */
  async function send(request: MutationRequest): Promise<MutationResult> {
    const { createMutations } = await import('./mutations.ts');
    const note = (kind: string, fields: Readonly<Record<string, unknown>>): void => trace.add(kind, { user: scope.user, ...fields });
    mutations ??= createMutations({ rest: deps.rest, clock, random: platform.random, identity, isOnline, note });
    return mutations.send(request);
  }

  function noteEffect(kind: string, event: SyncEvent): void {
    trace.add('P.effect', { kind, seq: parseCursor(event.id)?.seq });
  }

  async function close(how: 'closed' | 'logout' = 'closed'): Promise<void> {
    if (signal.aborted) return;
    bus.post({ v: PROTOCOL_VERSION, k: 'lease', page, wants: null, isVisible: false, position: null });
    trace.add('P.stop', { how });
    life.abort();
  }

  const { configuration, configure, prefer, exportState, importState, baseline } = state;
  return {
    ...{ scope, configuration, configure, prefer, exportState, importState, baseline, connect, send },
    health: health.topic,
    events: history.events,
    order: (orderID) => history.order(orderID),
    collection: (name) => collections.topic(name),
    subscribe: (listener, filter) => subscriptions.add(listener, filter),
    onReset: (listener) => subscriptions.onReset(listener),
    hold: lease.hold,
    reconnect: () => void link.call((engine) => engine.reconnect()).catch(() => host.start()),
    consume: (name, options) => consumers.consume(name, options),
    trace: trace.listen,
    close: () => close(),
  };
}
