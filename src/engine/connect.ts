// Performs what core/connection decides: opens and aborts streams and polls, watches for silence, and hands what the one admitted
// attempt brings to ingest. It decides nothing itself, and what a start does not need it loads later.
import type { JsonObject } from '../protocol/json.ts';
import type { ConnectionReport } from '../protocol/frame.ts';
import {
  admittedAttempt,
  connectionReason,
  connectionStateOf,
  nextTryAt,
  pollIntervalMs,
  startConnection,
  stepConnection,
  type Connection,
  type ConnectionCommand,
  type ConnectionInput,
  type FailureCause,
} from '../core/connection.ts';
import { retryAfterMs } from '../core/backoff.ts';
import { spendRequest, type RequestBudget } from '../core/request-budget.ts';
import { toWire, type SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, Log, Random } from '../platform/ports.ts';
import type { Identity, Snapshots, StreamEnd, StreamListener, StreamTransport } from '../transport/contract.ts';
import { NOTE_NOT_BEFORE, NOTE_PREFERENCES, prefersPolling, readNotBefore, writeNotBefore } from './connection-notes.ts';
import type { Counters } from './counters.ts';
import type { Ingest } from './ingest.ts';
import type * as LaterCode from './later.ts';
import type { DocumentKey, Mender } from './mend.ts';
import type { PollTag } from './poll-once.ts';
import { createReceiver } from './receive.ts';
import { watchTime } from './watch.ts';

export interface ConnectDeps {
  readonly stream: StreamTransport;
  readonly rest: Snapshots;
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Policy;
  readonly counters: Counters;
  readonly log: Log;
  /** Wall time of the last byte an earlier engine had. */
  readonly lastByteAt: number | null;
  /** What earlier engines left: when a path may be asked again, and what the user of this device chose. Absent = nothing is remembered. */
  readonly notes?: ConnectionNotes;
  /** Code that a start does not need; a test may withhold it. */
  readonly later?: () => Promise<Later>;
}

export interface ConnectionNotes {
  /** What is known of it without asking the disk. */
  peek(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
}

type Later = typeof LaterCode;
/** What the end of an attempt is to the machine. */
type EndInput = Extract<ConnectionInput, { type: 'failed' | 'unauthorized' | 'forbidden' | 'stopped' | 'outdated' }>;
type Ended = Exclude<StreamEnd, { kind: 'aborted' }>;
/** Code that can't be loaded is a missing network like any other. */
const UNREACHED: StreamEnd = { kind: 'offline' };

export interface ConnectListener {
  /** State, reason or freshness changed: say so. */
  changed(): void;
  transient(eventType: string, data: JsonObject): void;
  /** The server knows a newer engine of this device. */
  retire(): void;
}

export interface LiveConnection {
  input(input: ConnectionInput): void;
  report(): ConnectionReport;
  state(): Connection;
  /** Ends what is admitted at present as failed; the next attempt begins at the stored cursor. */
  breakOff(cause: FailureCause): void;
  /** How the events come at present. */
  source(): 'sse' | 'polling';
  /** Fetches these documents whole; one request at a time, the rest waits. */
  mend(keys: readonly DocumentKey[]): void;
  /** Ms this engine has been connected so far. */
  uptimeMs(): number;
}

export function createConnection(deps: ConnectDeps, listener: ConnectListener, signal: AbortSignal): LiveConnection {
  const { ingest, clock, policy, counters, identity, log, notes } = deps;
  let state = startConnection(
    {
      hasCursor: ingest.cursor() !== null,
      transport: prefersPolling(notes?.peek(NOTE_PREFERENCES)) ? 'polling' : 'auto',
      notBefore: readNotBefore(notes?.peek(NOTE_NOT_BEFORE), clock, policy),
    },
    policy,
  );
  let lastByte: number | null = null;
  let lastByteAt = deps.lastByteAt;
  let lastEnd: StreamEnd | null = null;
  let lastError: SyncError | null = null;
  let connectedSince: number | null = null;
  let connectedMs = 0;
  let budget: RequestBudget = [];
  let cancelWake = (): void => {};
  let wakeAt = Infinity;
  let tag: PollTag | null = null;
  let mender: Promise<Mender | null> | null = null;
  let later: Later | null = null;
  const attempts = new Map<number, AbortController>();
  const helloTimers = new Map<number, () => void>();

  function input(next: ConnectionInput): void {
    if (signal.aborted) return;
    const before = state;
    const [after, commands] = stepConnection(state, next, clock.monotonic(), policy);
    state = after;
    if (before.at !== after.at) noteChange(before, after, next);
    if (before.memory.notBefore !== after.memory.notBefore) keepNotBefore();
    commands.forEach(perform);
    if (before !== after) listener.changed();
  }

  function noteChange(before: Connection, after: Connection, cause: ConnectionInput): void {
    log.info(`connection: ${before.at} -> ${after.at}`, { cause: cause.type, reason: connectionReason(after) });
    const isUp = connectionStateOf(after) === 'connected';
    if (isUp && connectedSince === null) {
      connectedSince = clock.monotonic();
      counters.add('totalConnections');
      if (after.memory.attempt > 1) counters.add('totalReconnects');
      forgetEnd();
    } else if (!isUp && connectedSince !== null) {
      connectedMs += clock.monotonic() - connectedSince;
      connectedSince = null;
    }
    if (after.at === 'resyncing') counters.add(`resync:${after.reason}`);
    if (after.at === 'polling_fallback') counters.add('pollingFallbacks');
    // The first hello, and the first trouble: the network is, or was just, there.
    void load();
  }

  /** Null where it can't be loaded; it is tried again with the next need. */
  async function load(): Promise<Later | null> {
    later ??= await (deps.later ?? (() => import('./later.ts')))().catch(() => null);
    return later;
  }

  function keepNotBefore(): void {
    notes
      ?.set(NOTE_NOT_BEFORE, writeNotBefore(state.memory.notBefore, clock))
      .catch((error: unknown) => log.debug('A wait could not be kept', { error: String(error) }));
  }

  function perform(command: ConnectionCommand): void {
    switch (command.do) {
      case 'open':
        return void attempt(command.attempt, open);
      case 'poll':
        return void attempt(command.attempt, poll);
      case 'abort':
        return attempts.get(command.attempt)?.abort();
      case 'fetch-snapshot':
        return void fetchSnapshot();
      case 'wake-at':
        return planWake(command.at);
      case 'retire':
        return listener.retire();
    }
  }

  /** One timer for the earliest wish; a tick that finds nothing due asks again. */
  function planWake(at: number): void {
    if (at >= wakeAt && wakeAt > clock.monotonic()) return;
    cancelWake();
    wakeAt = at;
    cancelWake = clock.after(Math.max(0, at - clock.monotonic()), () => {
      wakeAt = Infinity;
      input({ type: 'tick' });
    });
  }

  /** A stream or a poll, from the stored cursor, when the budget allows it. */
  async function attempt(number: number, run: (number: number, cursor: string, until: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    attempts.set(number, controller);
    const until = AbortSignal.any([controller.signal, signal]);
    await afford(until);
    await ingest.settled();
    const cursor = ingest.cursor();
    if (!until.aborted && cursor !== null) {
      input({ type: 'sent', attempt: number });
      await run(number, cursor, until);
    }
    attempts.delete(number);
    helloTimers.get(number)?.();
    helloTimers.delete(number);
  }

  async function open(number: number, cursor: string, until: AbortSignal): Promise<void> {
    ingest.reopened();
    const end = await deps.stream.stream({ identity, term: ingest.meta().term, cursor }, { ...listen(number), retryField }, until);
    if (end.kind !== 'aborted') input(endInput(end, number));
  }

  async function poll(number: number, cursor: string, until: AbortSignal): Promise<void> {
    ingest.reopened();
    counters.add('polls');
    const loaded = await load();
    const outcome = (await loaded?.pollOnce(deps, { cursor, tag }, { ...listen(number), opened: () => {} }, until)) ?? UNREACHED;
    if (until.aborted || outcome.kind === 'aborted' || outcome.kind === 'gap') return;
    if (outcome.kind !== 'committed') return failedPoll(outcome, number);
    heardBytes();
    ({ tag } = outcome);
    if (connectionStateOf(state) === 'error') forgetEnd();
    input({ type: 'polled', attempt: number, isMore: outcome.isMore, pollAfterMs: outcome.pollAfterMs });
  }

  /** A poll fails by an input of its own; what else an answer means, it means for a stream as well. */
  function failedPoll(end: Ended, number: number): void {
    counters.add('failedPolls');
    const asStream = endInput(end, number);
    input(asStream.type === 'failed' ? { ...asStream, type: 'poll-failed' } : asStream);
  }

  /** Streams, polls, snapshots and probes share one budget. */
  async function afford(until: AbortSignal): Promise<void> {
    const [waitMs, after] = spendRequest(budget, clock.monotonic(), policy);
    budget = after;
    if (waitMs > 0) await sleep(clock, waitMs, until);
  }

  function listen(number: number): Omit<StreamListener, 'retryField'> {
    return {
      opened() {
        heardBytes();
        helloTimers.set(
          number,
          clock.after(policy.helloMs, () => input(failure(number, 'mute'))),
        );
      },
      bytes: heardBytes,
      message: (message) => receive(number, message),
    };
  }

  const receive = createReceiver(
    { ingest, identity, counters, log, random: deps.random, state: () => state, failure },
    {
      input,
      greeted: (number) => helloTimers.get(number)?.(),
      transient: listener.transient,
      changed: listener.changed,
    },
  );
  const retryField = (ms: number): void => input({ type: 'retry-field', ms });

  function heardBytes(): void {
    lastByte = clock.monotonic();
    lastByteAt = clock.now();
  }

  async function fetchSnapshot(): Promise<void> {
    await afford(signal);
    const loaded = await load();
    const taken = loaded ? await loaded.takeSnapshot({ ...deps, heardBytes, isWanted: () => state.at === 'resyncing' }, signal) : ({ end: UNREACHED } as const);
    if (signal.aborted || taken === 'not-wanted') return;
    if (taken === 'taken') return input({ type: 'snapshot-taken' });
    if ('end' in taken) return input(snapshotInput(taken.end));
    lastError = taken.error;
    if (lastError.code === 'reign/fenced' || lastError.code === 'store/closed') return listener.retire();
    input({ type: 'snapshot-failed', cause: 'store', retryAfterMs: null, random: deps.random.number() });
  }

  /** Code that could not be loaded mends nothing now; the next stale document or look tries again. */
  async function mend(keys: readonly DocumentKey[]): Promise<void> {
    if (keys.length === 0) return;
    mender ??= load().then((loaded) => loaded?.createMender({ rest: deps.rest, ingest, identity, counters, afford: () => afford(signal) }, signal) ?? null);
    const ready = await mender;
    if (ready) ready.add(keys);
    else mender = null;
  }

  function failure(number: number, cause: FailureCause, retryAfter: string | null = null): Extract<ConnectionInput, { type: 'failed' }> {
    return { type: 'failed', attempt: number, cause, retryAfterMs: retryAfterMs(retryAfter, clock.now(), policy), random: deps.random.number() };
  }

  /** The sentence comes with the code for it; without that the machine's reason has to do. */
  function noteEnd(end: StreamEnd): void {
    lastEnd = end;
    lastError = later?.endSentence(end) ?? null;
    if (later) return;
    void sayLater(end);
  }

  async function sayLater(end: StreamEnd): Promise<void> {
    const loaded = await load();
    if (!loaded || lastEnd !== end) return;
    lastError = loaded.endSentence(end);
    listener.changed();
  }

  function forgetEnd(): void {
    lastEnd = null;
    lastError = null;
  }

  function endInput(end: Ended, number: number): EndInput {
    noteEnd(end);
    if (end.kind === 'unauthorized') return { type: 'unauthorized', attempt: number, reason: end.reason };
    if (end.kind === 'forbidden' || end.kind === 'stopped' || end.kind === 'outdated') return { type: end.kind, attempt: number };
    return failure(number, end.kind, 'retryAfter' in end ? end.retryAfter : null);
  }

  function snapshotInput(end: StreamEnd): ConnectionInput {
    const asEnd = endInput(end.kind === 'aborted' ? { kind: 'offline' } : end, state.memory.attempt);
    if (asEnd.type !== 'failed') return asEnd;
    const { cause, retryAfterMs, random } = asEnd;
    return { type: 'snapshot-failed', cause, retryAfterMs, random };
  }

  function look(now: number): void {
    if ((state.at === 'connected' || state.at === 'rotating') && isSilent(now)) {
      counters.add('silences');
      breakOff('silent');
    }
    if (mender && admittedAttempt(state) !== null) void mender.then((ready) => ready?.again());
  }

  /** After sleep the window of silence starts again, whatever waits is tried now, and an open stream is probed by its successor. */
  function wokeUp(now: number): void {
    if (lastByte !== null) lastByte = now;
    input({ type: 'wake' });
    if (state.at === 'connected') input({ type: 'rotate', attempt: state.memory.attempt, afterMs: 0 });
  }

  function isSilent(now: number): boolean {
    return lastByte !== null && now - lastByte > state.memory.heartbeatMs * policy.deadAfterHeartbeats;
  }

  function breakOff(cause: FailureCause): void {
    input(failure(admittedAttempt(state) ?? state.memory.attempt, cause));
  }

  watchTime(clock, { look, wokeUp }, signal);
  signal.addEventListener('abort', () => cancelWake());
  return {
    input,
    state: () => state,
    breakOff,
    source: () => (state.at === 'polling_fallback' ? 'polling' : 'sse'),
    mend: (keys) => void mend(keys),
    uptimeMs: () => connectedMs + (connectedSince === null ? 0 : clock.monotonic() - connectedSince),
    report() {
      const now = clock.monotonic();
      const tryAt = nextTryAt(state);
      return {
        state: connectionStateOf(state),
        reason: connectionReason(state),
        byteAgeMs: lastByte === null ? null : now - lastByte,
        lastByteAt,
        heartbeatMs: state.memory.heartbeatMs,
        retryInMs: tryAt === null ? null : Math.max(0, tryAt - now),
        attempt: state.memory.attempt,
        error: lastError ? (toWire(lastError) as unknown as JsonObject) : null,
        breaker: state.memory.breaker.at,
        transport: state.memory.transport,
        pollMs: state.at === 'polling_fallback' ? pollIntervalMs(state.memory, policy) : null,
      };
    },
  };
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}
