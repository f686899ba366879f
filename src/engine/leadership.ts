// What an engine does while it holds `conn`: it plays rounds over one store after the other, says how it stands, and applies what pages wish.
// It must never touch the log without its term.
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { Beat, ConnectionReport, Frame, OutboxNotice, Wake } from '../protocol/frame.ts';
import type { SyncError } from '../core/sync-error.ts';
import { toWire } from '../core/wire-error.ts';
import { inTime } from '../platform/in-time.ts';
import type { Bus } from '../platform/ports.ts';
import type { Store } from '../store/contract.ts';
import type { EngineDeps, EngineEnd } from './contract.ts';
import { createSeat } from './drain-seat.ts';
import type { Fallback } from './fallback.ts';
import type { CommittedFrame } from './ingest.ts';
import type { Leases } from './leases.ts';
import { openAndClaim, type Opened } from './opening.ts';
import { createPatience } from './patience.ts';
import { createReignNotes, type ReignNotes } from './reign-notes.ts';
import { startRound, type Round } from './round.ts';
import { playRounds } from './rounds.ts';

/** More than these never stream at once: engine/places. */
const MOST_SCOPES = 3;
/** After the start of a round, which has more urgent things to load. */
const PREPARE_MS = 10_000;

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
export type Standing = Pick<Beat, 'term' | 'phase' | 'durable' | 'storage' | 'report' | 'counters' | 'eventCounts'>;

/** Of an engine that does not lead yet. */
export const NO_STANDING: Standing = { term: 0, phase: 'starting', durable: true, storage: null, report: NO_REPORT, counters: {}, eventCounts: {} };

export interface Leadership {
  /** The round that is played; null before the first. */
  round(): Round | null;
  readonly notes: ReignNotes;
  readonly store: Store | null;
  lead(): Promise<void>;
  finish(): Promise<void>;
  standing(): Standing;
  /** Another engine spoke. True when its term is newer than the one that this engine has: then this one is over. */
  heard(term: number): boolean;
  leasesChanged(): void;
  /** The world changed, or the outbox did. */
  stir(message: Pick<Wake | OutboxNotice, 'k' | 'why'>): void;
  sayBye(): void;
}

/** Leads from `lead()` until `life` aborts; `finish()` then settles what is under way. */
export function createLeadership(deps: LeadershipDeps, life: AbortSignal): Leadership {
  const { platform, policy, bus, leases, id } = deps;
  const { clock, log } = platform;
  const notes = createReignNotes(platform);
  const patience = createPatience(clock);
  let round: Round | null = null;
  let phase: Beat['phase'] = 'starting';
  let trouble: SyncError | null = null;
  let highestTerm = 0;
  let isSaidDurable = true;
  let cancelLinger = (): void => {};
  let notedUptime = 0;
  /** What lies in the database can't be read: the next opening gives it up. */
  let isDamaged = false;
  let standIn: Promise<Fallback> | null = null;
  let isCrowded = deps.isStreamless ?? false;
  /** Nobody wished to be connected. */
  let isLeft = false;

  const begunAt = clock.monotonic();
  const drain = createSeat({ openDrain: deps.openDrain, round: () => round, notes, bus }, life);

  async function lead(): Promise<void> {
    beatOn();
    void countScopes();
    await playRounds({ clock, log, open, fallback, begin, troubled, blocked, loggedOut }, life);
  }

  /** While the database opens. Each engine holds its own `conn` by now: of those that come at once at least the last sees all. */
  async function countScopes(): Promise<void> {
    try {
      const scopes = (await platform.locks?.held?.())?.filter((name) => name.endsWith(':conn'));
      if (isCrowded || !scopes?.[MOST_SCOPES]) return;
      crowd(true);
      await (await import('./places.ts')).waitForPlace(deps, crowd, life);
    } catch {
      if (isCrowded) crowd(false);
    }
  }

  function crowd(isNow: boolean): void {
    isCrowded = isNow;
    round?.connection.input({ type: 'crowd', isCrowded });
  }

  function open(): Promise<Opened> {
    return openAndClaim({ openStore: deps.openStore, clock, policy, leastTerm, isDamaged: () => isDamaged, salvaged }, life);
  }

  function fallback(): Promise<Fallback> {
    standIn ??= import('./fallback.ts').then(({ createFallback }) =>
      createFallback({ clock, random: platform.random, policy, log, openDatabase: open, leastTerm, loggedOut, troubled, shed }),
    );
    standIn.catch(() => (standIn = null));
    return standIn;
  }

  async function begin(opened: Opened): Promise<Round> {
    if (round) noteUptime();
    await notes.moveTo(opened.store);
    if (opened.isFallback && !round?.opened.isFallback) notes.counters.add('volatileModes');
    highestTerm = Math.max(highestTerm, opened.claim.meta.term);
    notedUptime = 0;
    round = startRound({ ...deps, notes, patience, publish, transient, changed, damaged, begunAt: round ? null : begunAt }, opened, life);
    if (isCrowded) crowd(true);
    phase = 'live';
    prepare();
    leasesChanged();
    say();
    return round;
  }

  /** A database that fails takes the way to the network with it, as likely as not: the code for that is fetched while all is well. */
  function prepare(): void {
    if (standIn) return;
    clock.after(PREPARE_MS, () => {
      if (!life.aborted) fallback().catch(() => {});
      drain.kick('start');
    });
  }

  const leastTerm = (): number => highestTerm + 1;
  const loggedOut = (): void => deps.retire('logged-out');
  const shed = (events: number): void => notes.counters.add('volatileShed', events);

  function damaged(): void {
    isDamaged = true;
  }

  function salvaged(): void {
    isDamaged = false;
    notes.counters.add('corruptions');
    log.error('Rows that can not be read: all is fetched again');
  }

  function troubled(error: SyncError | null): void {
    trouble = error;
    say();
  }

  function blocked(): void {
    phase = 'blocked';
    say();
  }

  /** Memory that holds nothing yet is no place to read from: pages keep to the disk until it does. */
  const isEmptyFallback = (): boolean => round !== null && round.opened.isFallback && round.ingest.cursor() === null;
  const isDurable = (): boolean => !round || round.opened.store.isDurable || isEmptyFallback();

  function publish(frame: CommittedFrame): void {
    // Pages have to know where to read before they hear of what is only there.
    if (isDurable() !== isSaidDurable) say();
    bus.post({
      ...frame,
      v: PROTOCOL_VERSION,
      k: 'frame',
      engine: id,
      durable: round?.opened.store.isDurable ?? false,
      source: round?.connection.source() ?? 'sse',
    } satisfies Frame);
    drain.saw(frame.events);
  }

  function transient(eventType: string, data: JsonObject): void {
    bus.post({ v: PROTOCOL_VERSION, k: 'transient', eventType, data });
  }

  /** The last lease to end starts the linger; a reload of the only tab is back long before it is over. */
  function leasesChanged(): void {
    const wishes = leases.wishes();
    cancelLinger();
    const connection = round?.connection;
    if (!connection) return;
    if (!wishes) {
      isLeft = true;
      cancelLinger = clock.after(policy.lingerMs, () => round?.connection.input({ type: 'release' }));
      return;
    }
    // Its place may have been taken meanwhile.
    if (isLeft) void countScopes();
    isLeft = false;
    connection.input({
      type: 'configure',
      autoReconnect: wishes.autoReconnect,
      maxAttempts: wishes.maxReconnectAttempts,
      firstDelayMs: wishes.reconnectDelay,
      heartbeatMs: wishes.heartbeatInterval,
      pollMs: wishes.pollInterval,
      isWatched: leases.isWatched(),
    });
    connection.input({ type: 'hold' });
  }

  function beatOn(): void {
    if (life.aborted) return;
    round?.observe();
    if (round && notes.isDue()) void flush();
    say();
    clock.after(policy.beatMs, beatOn);
  }

  function say(): void {
    if (life.aborted) return;
    isSaidDurable = isDurable();
    bus.post(deps.beat());
  }

  function changed(): void {
    say();
    drain.changed();
    if (notes.isDue() || round?.connection.report().state !== 'connected') void flush();
  }

  function noteUptime(): void {
    const uptime = round?.connection.uptimeMs() ?? 0;
    notes.counters.add('uptimeMs', Math.round(uptime - notedUptime));
    notedUptime = uptime;
  }

  async function flush(): Promise<void> {
    noteUptime();
    notes.noteLastByte(round?.connection.report().lastByteAt ?? null);
    await notes.flush();
  }

  /** What is said while there is no connection yet: why the store does not open, if that is so. */
  function report(): ConnectionReport {
    if (round) return round.connection.report();
    return trouble ? { ...NO_REPORT, reason: trouble.code, error: wire(trouble) } : NO_REPORT;
  }

  /** The totals with what is true at this moment. */
  function present(): Readonly<Record<string, number>> {
    const totals = notes.counters.totals();
    const meta = round?.ingest.meta();
    const uptimeMs = (totals['uptimeMs'] ?? 0) + Math.round((round?.connection.uptimeMs() ?? 0) - notedUptime);
    return {
      ...totals,
      ...round?.measured(),
      uptimeMs,
      pages: leases.size(),
      refusedLeases: leases.refused(),
      logEvents: meta?.events ?? 0,
      logBytes: meta?.bytes ?? 0,
    };
  }

  return {
    get store() {
      return isEmptyFallback() ? null : (round?.opened.store ?? null);
    },
    round: () => round,
    notes,
    lead,
    async finish() {
      await round?.stop();
      if (round) await inTime(clock, policy.databaseOpenMs, flush(), () => {});
      round?.opened.close();
    },
    heard(term) {
      highestTerm = Math.max(highestTerm, term);
      return round !== null && term > round.ingest.meta().term;
    },
    standing: () => ({
      term: round?.ingest.meta().term ?? 0,
      phase,
      durable: isDurable(),
      storage: trouble ? wire(trouble) : null,
      report: report(),
      counters: present(),
      eventCounts: notes.counters.eventCounts(),
    }),
    leasesChanged,
    stir({ k, why }) {
      if (k === 'wake') round?.connection.input({ type: 'wake' });
      drain.kick(k === 'wake' ? k : why);
    },
    sayBye() {
      phase = 'retired';
      bus.post(deps.beat());
    },
  };
}

function wire(error: SyncError): JsonObject {
  return toWire(error) as unknown as JsonObject;
}
