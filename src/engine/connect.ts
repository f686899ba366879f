// Performs what core/connection decides: opens and aborts streams, and hands what the one admitted attempt brings to ingest. It decides
// nothing itself. It knows by heart how a start goes well; what everything else means, engine/trouble knows, which is loaded once a stream has greeted,
// or at the first need. Whatever comes until that is there waits, in its order.
import type { JsonObject } from '../protocol/json.ts';
import type { ConnectionReport } from '../protocol/frame.ts';
import type { ConnectionCommand, ConnectionInput, FailureCause } from '../core/connection-input.ts';
import { admittedAttempt, connectionReason, connectionStateOf, startConnection, type Connection } from '../core/connection-model.ts';
import { stepStart } from '../core/connection-start.ts';
import { spendRequest, type RequestBudget } from '../core/request-budget.ts';
import type { SyncError } from '../core/sync-error.ts';
import { toWire } from '../core/wire-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, Log, Random } from '../platform/ports.ts';
import { orAborted } from '../transport/abort-race.ts';
import type { Identity, Snapshots, StreamListener, StreamTransport } from '../transport/contract.ts';
import { NOTE_IDEMPOTENCY, NOTE_NOT_BEFORE, NOTE_PREFERENCES, prefersPolling, readNotBefore } from './connection-notes.ts';
import type { Counters } from './counters.ts';
import type { Ingest } from './ingest.ts';
import { AGAIN_MS, createLateCode, withheldError, type LateCode } from './late-code.ts';
import type * as LaterCode from './later.ts';
import type { DocumentKey } from './mend.ts';
import { createReceiver } from './receive.ts';
import type { Trouble } from './trouble.ts';

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

type Later = typeof LaterCode;

export interface ConnectionNotes {
  /** What is known of it without asking the disk. */
  peek(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
}

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
  /** Waits for a turn in the budget that all requests of this scope share. */
  afford(until: AbortSignal): Promise<void>;
  /** Ms this engine has been connected so far. */
  uptimeMs(): number;
  /** The code that a start does not need, for others who need some of it. */
  readonly late: LateCode<Later>;
}

/** The code for trouble is fetched this long after the first hello, while the network is there. */
const PREPARE_MS = 1_000;

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
  let connectedSince: number | null = null;
  let connectedMs = 0;
  let budget: RequestBudget = [];
  let cancelWake = (): void => {};
  let wakeAt = Infinity;
  let trouble: Trouble | null = null;
  /** What waits for that code, by what it is and whose: the last of each counts, so there are never more than the inputs' types. */
  const waiting = new Map<string, (trouble: Trouble) => void>();
  const late = createLateCode<Later>(deps.later ?? (() => import('./later.ts')), { clock, changed: listener.changed }, signal);
  const attempts = new Map<number, AbortController>();
  const helloTimers = new Map<number, () => void>();

  function input(next: ConnectionInput): void {
    if (signal.aborted) return;
    const now = clock.monotonic();
    const step = trouble ? trouble.step(state, next, now, policy) : waiting.size === 0 ? stepStart(state, next, now, policy) : null;
    if (!step) return whenLoaded(`${next.type}:${'attempt' in next ? next.attempt : ''}`, () => input(next));
    const before = state;
    const [after, commands] = step;
    state = after;
    if (before.at !== after.at) noteChange(before, after, next);
    if (before.memory.notBefore !== after.memory.notBefore) trouble?.keepNotBefore(after.memory.notBefore);
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
      if (trouble) trouble.forget();
      else clock.after(PREPARE_MS, late.need);
    } else if (!isUp && connectedSince !== null) {
      connectedMs += clock.monotonic() - connectedSince;
      connectedSince = null;
    }
    if (after.at === 'resyncing') counters.add(`resync:${after.reason}`);
    if (after.at === 'polling_fallback') counters.add('pollingFallbacks');
  }

  function whenLoaded(key: string, task: (trouble: Trouble) => void): void {
    if (trouble) return task(trouble);
    waiting.delete(key);
    waiting.set(key, task);
    late.need();
  }

  function perform(command: ConnectionCommand): void {
    switch (command.do) {
      case 'open':
        return void attempt(command.attempt, open);
      case 'poll':
        return void attempt(command.attempt, async (...call) => trouble?.poll(...call));
      case 'abort':
        return attempts.get(command.attempt)?.abort();
      case 'fetch-snapshot':
        return void trouble?.fetchSnapshot();
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
    // A signal of its own, which the end of the engine aborts: what `AbortSignal.any` makes of one that lives for days stays there with all that listens to it.
    const until = controller.signal;
    await afford(until);
    await ingest.settled();
    const cursor = ingest.cursor();
    if (!until.aborted && cursor !== null) {
      input({ type: 'sent', attempt: number });
      ingest.reopened();
      await run(number, cursor, until);
    }
    attempts.delete(number);
    helloTimers.get(number)?.();
    helloTimers.delete(number);
  }

  async function open(number: number, cursor: string, until: AbortSignal): Promise<void> {
    const end = await deps.stream.stream({ identity, term: ingest.meta().term, cursor }, { ...listen(number), retryField }, until);
    if (end.kind !== 'aborted') whenLoaded(`end:${number}`, (code) => input(code.endOf(end, number)));
  }

  /** Streams, polls, snapshots and probes share one budget. */
  async function afford(until: AbortSignal): Promise<void> {
    const [waitMs, after] = spendRequest(budget, clock.monotonic(), policy);
    budget = after;
    if (waitMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(waitMs, resolve);
    await orAborted(promise, until);
    cancel();
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
      message(message) {
        const taken = receive(number, message);
        // A hello that waits admits nothing yet: what follows it is read when it has been understood.
        return waiting.size > 0 ? new Promise<void>((resolve) => whenLoaded(`read:${number}`, () => resolve())).then(() => taken) : taken;
      },
    };
  }

  const receive = createReceiver(
    { ingest, identity, counters, log, random: deps.random, state: () => state, failure },
    {
      input,
      greeted(number, { idempotencyMs }) {
        helloTimers.get(number)?.();
        if (notes?.peek(NOTE_IDEMPOTENCY) !== idempotencyMs) void notes?.set(NOTE_IDEMPOTENCY, idempotencyMs).catch(() => {});
      },
      transient: listener.transient,
      changed: listener.changed,
    },
  );
  const retryField = (ms: number): void => input({ type: 'retry-field', ms });

  function heardBytes(): void {
    lastByte = clock.monotonic();
    lastByteAt = clock.now();
  }

  const silence = {
    lastedMs: (now: number) => (lastByte === null ? 0 : now - lastByte),
    restart(now: number) {
      if (lastByte !== null) lastByte = now;
    },
  };

  function failure(number: number, cause: FailureCause): Extract<ConnectionInput, { type: 'failed' }> {
    return { type: 'failed', attempt: number, cause, retryAfterMs: null, random: deps.random.number() };
  }

  function breakOff(cause: FailureCause): void {
    input(failure(admittedAttempt(state) ?? state.memory.attempt, cause));
  }

  // Without a cursor the first step is a snapshot already.
  if (!state.memory.hasCursor) late.need();
  /** While code for what is due can't be loaded, nothing is tried, whatever the machine says. */
  function standing(): Pick<ConnectionReport, 'state' | 'reason' | 'error' | 'retryInMs' | 'pollMs' | 'isWoken'> {
    if (waiting.size > 0 && late.isWithheld())
      return { state: 'reconnecting', reason: 'offline', error: wire(withheldError()), retryInMs: AGAIN_MS, pollMs: null };
    const isBeginning = waiting.size > 0 && state.at === 'disconnected';
    const error = trouble?.error();
    return {
      state: isBeginning ? 'connecting' : connectionStateOf(state),
      reason: connectionReason(state),
      error: error ? wire(error) : null,
      ...(trouble?.plan() ?? { retryInMs: null, pollMs: null }),
    };
  }

  late.use(({ createTrouble }) => {
    const made = createTrouble({ ...deps, state: () => state, input, breakOff, afford, listen, heardBytes, silence, ...listener }, signal);
    trouble = made;
    const tasks = [...waiting.values()];
    waiting.clear();
    for (const task of tasks) task(made);
  });
  signal.addEventListener('abort', () => {
    cancelWake();
    attempts.forEach((attempt) => attempt.abort());
  });
  return {
    input,
    state: () => state,
    breakOff,
    source: () => (state.at === 'polling_fallback' ? 'polling' : 'sse'),
    // Whoever comes late finds them among the documents.
    mend: (keys) => (trouble ? trouble.mend(keys) : late.need()),
    late,
    afford,
    uptimeMs: () => connectedMs + (connectedSince === null ? 0 : clock.monotonic() - connectedSince),
    report: () => ({
      byteAgeMs: lastByte === null ? null : clock.monotonic() - lastByte,
      lastByteAt,
      heartbeatMs: state.memory.heartbeatMs,
      attempt: state.memory.attempt,
      breaker: state.memory.breaker.at,
      transport: state.memory.transport,
      ...standing(),
    }),
  };
}

function wire(error: SyncError): JsonObject {
  return toWire(error) as unknown as JsonObject;
}
