// What an engine does while it holds `conn`: it plays rounds over one store after the other, says how it stands, and applies what pages wish.
// It must never touch the log without its term.
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { Beat, ConnectionReport, Frame } from '../protocol/frame.ts';
import type { Preferences } from '../protocol/rpc.ts';
import { toWire, type SyncError } from '../core/sync-error.ts';
import type { Bus } from '../platform/ports.ts';
import type { Store } from '../store/contract.ts';
import { NOTE_PREFERENCES } from './connection-notes.ts';
import type { EngineDeps, EngineEnd } from './contract.ts';
import type { Fallback } from './fallback.ts';
import type { CommittedFrame } from './ingest.ts';
import type { Leases } from './leases.ts';
import { loadRound } from './load-round.ts';
import { openAndClaim, type Opened } from './opening.ts';
import { createPatience } from './patience.ts';
import { createReignNotes } from './reign-notes.ts';
import type { Round } from './round.ts';
import { playRounds } from './rounds.ts';

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
  readonly store: Store | null;
  lead(): Promise<void>;
  finish(): Promise<void>;
  standing(): Standing;
  term(): number;
  /** Another engine spoke. True when its term is newer than the one that this engine has: then this one is over. */
  heard(term: number): boolean;
  leasesChanged(): void;
  /** Reads everything; begins anew where it can't be read. */
  inspect(): Promise<void>;
  connect(): void;
  reconnect(): void;
  /** Keeps and applies what the user chose. Rejects with the store's SyncError when it can't be kept. */
  prefer(preferences: Preferences): Promise<void>;
  wake(): void;
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
  const loaded = loadRound(clock, life);
  loaded.catch(() => {});

  const begunAt = clock.monotonic();

  async function lead(): Promise<void> {
    beatOn();
    await playRounds({ clock, log, open, fallback, begin, troubled, blocked, loggedOut }, life);
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
    const startRound = await loaded;
    round = startRound({ ...deps, notes, patience, publish, transient, changed, damaged, begunAt: round ? null : begunAt }, opened, life);
    phase = 'live';
    prepare();
    leasesChanged();
    say();
    return round;
  }

  /** A database that fails takes the way to the network with it, as likely as not: the code for that is fetched while all is well. */
  function prepare(): void {
    if (!standIn) clock.after(PREPARE_MS, () => void (life.aborted || fallback().catch(() => {})));
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
    log.error('What lies in the database can not be read; it is fetched again');
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
      cancelLinger = clock.after(policy.lingerMs, () => round?.connection.input({ type: 'release' }));
      return;
    }
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
    return { ...totals, ...round?.measured(), uptimeMs, pages: leases.size(), logEvents: meta?.events ?? 0, logBytes: meta?.bytes ?? 0 };
  }

  return {
    get store() {
      return isEmptyFallback() ? null : (round?.opened.store ?? null);
    },
    lead,
    async finish() {
      await round?.stop();
      if (round) await Promise.race([flush(), new Promise<void>((resolve) => clock.after(policy.databaseOpenMs, resolve))]);
      round?.opened.close();
    },
    term: () => round?.ingest.meta().term ?? 0,
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
    inspect: async () => round?.inspect(),
    connect() {
      const at = round?.connection.state().at;
      if (at === 'error' || at === 'needs_auth' || at === 'disconnected') round?.connection.input({ type: 'ask' });
    },
    reconnect: () => round?.connection.input({ type: 'ask' }),
    prefer(preferences) {
      round?.connection.input({ type: 'prefer', transport: preferences.transport });
      return notes.set(NOTE_PREFERENCES, preferences);
    },
    wake: () => round?.connection.input({ type: 'wake' }),
    sayBye() {
      phase = 'retired';
      bus.post(deps.beat());
    },
  };
}

function wire(error: SyncError): JsonObject {
  return toWire(error) as unknown as JsonObject;
}
