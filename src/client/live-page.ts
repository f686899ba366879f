// What makes a page fresh: it hears the bus, follows the log, holds a lease while somebody wants the connection, and sees to it that an engine
// lives. Composition only. Loaded while the first picture is read from disk, and correct without an engine as well.
import {
  decodeBusMessage,
  REFETCH_NOTICE,
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
import type { LiveDeps, LivePage } from './contract.ts';
import { createEngineLink } from './link/engine-link.ts';
import { createEngineReads } from './documents/engine-reads.ts';
import { followCollections } from './documents/follow-collections.ts';
import type { Health } from './health/health.ts';
import { createHealthWatch } from './health/health-watch.ts';
import { createHostKeeper } from './link/host-keeper.ts';
import { createLazyConsumers } from './consumers/lazy-consumers.ts';
import { createPageBus } from './link/page-bus.ts';
import { createPageFeed } from './link/page-feed.ts';
import { createPageLease } from './link/page-lease.ts';
import { createPageState, type PageStateDeps } from './state/page-state.ts';
import { createReplica } from './documents/replica.ts';
import { createSilenceWatch, type Silence } from './link/silence-watch.ts';

/** How long a page has been there before it fetches what it will need without a network. */
const FETCH_AHEAD_MS = 1_000;

/** Goes on until `signal` aborts. */
export function createLivePage(deps: LiveDeps, signal: AbortSignal): LivePage {
  const { platform, scope, policy, visibility, page, reader, notes, collections, history, subscriptions, trace, handlerFailed, isWanted } = deps;
  const { clock, log } = platform;
  const names = scopeNames(scope);
  const bus = createPageBus((until) => platform.openBus(names.bus, until), signal);

  const link = createEngineLink({ platform, bus, names, policy, page }, { beat: heardBeat, died: engineDied, changed: () => replica.wake() }, signal);
  const followed = followCollections(collections.watched, { reader, pending: deps.pending, clock }, signal);
  const feed = createPageFeed({ clock, collections: { ...collections, ...followed }, history, subscriptions, trace, health: () => health, historyLimit });
  const lease = createPageLease({ bus, clock, locks: platform.locks, names, page, visibility, isWanted, wishes, position: heldPosition }, signal);
  const place = deps.createHost({ names, clock, locks: platform.locks, post: bus.post, failed: (error) => health.failed(error) }, signal);
  const health = createHealthWatch(
    {
      ...{ clock, policy, topic: deps.health, metrics: deps.metrics, startedAt: deps.startedAt, hasLease: isWanted },
      hostReason: () => (feed.isBare() ? 'bare' : place.choice().reason),
      labelChanged: (shown) => trace.add('P.health', { state: stateOf(shown) }),
    },
    signal,
  );
  const replica = createReplica({ reader, clock, log }, feed, signal);
  const state = createPageState({ ...{ link, notes, history, policy, tenant: scope.tenant, facts: exportFacts }, ...deps });
  const host = createHostKeeper({ clock, random: platform.random, start: place.start }, introduce, signal);
  const silence = createSilenceWatch({ clock, policy, visibility, ask: link.ask, prepare: () => void acting().catch(() => {}), act: actOnSilence }, signal);
  const consumers = createLazyConsumers(
    {
      ...{ reader, names, clock, log, noteEffect },
      open: deps.openConsumers,
      locks: platform.locks,
      hold: deps.hold,
      changes: history.events,
      onError: handlerFailed,
    },
    signal,
  );
  let wasWanted = isWanted();
  let isAside = false;
  let isFrozen = false;
  let hasTriedAuth = false;

  void begin();

  async function begin(): Promise<void> {
    listenToWorld();
    const restored = state.begin();
    await lease.begin();
    if (signal.aborted) return;
    link.ask();
    host.start();
    health.begin();
    silence.begin();
    const noted = await notes?.get('last-byte-at').catch(() => null);
    if (typeof noted === 'number') health.noteLastByte(noted);
    await restored;
    clock.after(FETCH_AHEAD_MS, fetchAhead);
  }

  /** A write has to be kept in the very moment in which the network goes: its code is fetched before. */
  function fetchAhead(): void {
    void Promise.allSettled([
      import('./writes/open-outbox.ts'),
      import('../outbox/decide.ts'),
      import('./writes/volatile-writes.ts'),
      import('./state/kept-configuration.ts'),
    ]);
    import('./writes/stall-watch.ts')
      .then(({ watchStall }) =>
        watchStall({ topic: deps.pending.topic, clock, warn: health.warn, stir: () => bus.post({ v: PROTOCOL_VERSION, k: 'outbox', why: 'wake' }) }, signal),
      )
      .catch(() => {});
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
      if (event === 'visible' || event === 'resumed' || event === 'restored' || event === 'online') awake(event);
      lease.say();
    }, signal);
  }

  function awake(why: 'visible' | 'resumed' | 'restored' | 'online'): void {
    bus.post({ v: PROTOCOL_VERSION, k: 'wake', page, why });
    link.ask();
    replica.wake();
    if (why !== 'online') silence.awake();
    // Notices to fetch again went past this page.
    if (feed.isBare() && (why === 'resumed' || why === 'restored')) subscriptions.reset();
    deps.pending.look();
    hasTriedAuth = false;
  }

  function noteLife(message: BusMessage): void {
    place.hear(message);
    if (message.k === 'frame' || (message.k === 'beat' && message.phase !== 'retired')) silence.heard();
  }

  function hear(message: BusMessage): void {
    noteLife(message);
    switch (message.k) {
      case 'frame':
        if (!isWanted()) return;
        trace.add('H.write', { engine: message.engine, term: message.term, run: message.run, through: message.through });
        feed.heard(message);
        replica.frame(message);
        // Documents of another run are not mine to mix in; the replica reads that run from disk.
        return message.run === replica.position()?.run ? followed.replace(message.documents, message.through, message.run) : undefined;
      case 'beat':
        return link.heard(message);
      case 'rpc':
        return link.envelope(message);
      case 'claim':
        return claimed(message);
      case 'token-ask':
        return answerToken(message);
      case 'outbox':
        return deps.pending.look();
      case 'transient':
        return noticed(message);
      case 'closed':
        return deps.loggedOut();
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
    // Memory instead of the disk, or the disk again: another place to read from. Before the first beat it was the disk.
    if ((before?.durable ?? true) !== beat.durable) replica.wake();
  }

  /** The worker's script runs in the process of the tab that made it; whoever is left makes another. */
  function engineDied(engine: string): void {
    log.info('The engine is gone; starting another', { engine });
    trace.add('H.gone', { engine });
    host.restart();
    replica.wake();
  }

  const acting = () => import('./link/silence-act.ts');

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

  function noticed({ eventType, data }: TransientNotice): void {
    if (eventType === REFETCH_NOTICE) subscriptions.reset();
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
    return {
      events: history.events.getSnapshot(),
      health: deps.health.getSnapshot(),
      receipts: feed.receipts,
      position: replica.position(),
      acknowledged: consumers.lowest(),
    };
  }

  function historyLimit(): number {
    return deps.configuration.getSnapshot().eventHistoryLimit;
  }

  function wishes(): LeaseWishes {
    const { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval, pollInterval } = deps.configuration.getSnapshot();
    return { autoReconnect, maxReconnectAttempts, reconnectDelay, heartbeatInterval, pollInterval };
  }

  function noteEffect(kind: string, event: SyncEvent): void {
    trace.add('P.effect', { kind, seq: parseCursor(event.id)?.seq });
  }

  const { prefer, exportState, importState, keepConfiguration } = state;
  return {
    ...{ prefer, exportState, importState, keepConfiguration, connect, ...createEngineReads(link) },
    reconnect: () => void link.call((engine) => engine.reconnect()).catch(() => host.start()),
    consume: consumers.consume,
    wished() {
      lease.say();
      // Without a lease frames are not applied: what was missed meanwhile is read now.
      if (isWanted() && !wasWanted) replica.wake();
      wasWanted = isWanted();
      health.look();
    },
    tell: (why) => bus.post({ v: PROTOCOL_VERSION, k: 'outbox', why }),
    leave: lease.end,
  };
}

/** The word that records have for what people read. */
function stateOf({ label }: Health): 'live' | 'polling' | 'offline' | 'connecting' {
  if (label === 'Live') return 'live';
  if (label === 'Polling') return 'polling';
  return label === 'Connecting' ? 'connecting' : 'offline';
}
