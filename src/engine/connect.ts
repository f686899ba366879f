// Performs what core/connection decides: opens and aborts streams, fetches snapshots, watches for silence, and hands what the one
// admitted attempt brings to ingest. It decides nothing itself.
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { Hello, StreamMessage } from '../protocol/event.ts';
import type { ConnectionReport } from '../protocol/frame.ts';
import {
  admittedAttempt,
  connectionReason,
  connectionStateOf,
  startConnection,
  stepConnection,
  type Connection,
  type ConnectionCommand,
  type ConnectionInput,
  type FailureCause,
} from '../core/connection.ts';
import { retryAfterMs } from '../core/backoff.ts';
import { spendRequest, type RequestBudget } from '../core/request-budget.ts';
import { asSyncError, SyncError, toWire } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock, Log, Random } from '../platform/ports.ts';
import type { Identity, Snapshots, StreamEnd, StreamListener, StreamTransport } from '../transport/contract.ts';
import type { Counters } from './counters.ts';
import type { Ingest } from './ingest.ts';

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
  /** Fetches these documents whole; one request at a time, the rest waits. */
  mend(keys: readonly DocumentKey[]): void;
  /** Ms this engine has been connected so far. */
  uptimeMs(): number;
}

interface DocumentKey {
  readonly collection: string;
  readonly id: string;
}

/** How often silence is looked for; a tick that comes 5 s late means that the machine slept. */
const WATCH_MS = 1_000;
const SLEPT_MS = 5_000;
/** Documents that may wait to be fetched whole; the server takes 100 ids a request. */
const MEND_LIMIT = 1_000;
const MEND_BATCH = 100;

export function createConnection(deps: ConnectDeps, listener: ConnectListener, signal: AbortSignal): LiveConnection {
  const { ingest, clock, policy, counters, identity, log } = deps;
  let state = startConnection(ingest.cursor() !== null, policy);
  let lastByte: number | null = null;
  let lastByteAt = deps.lastByteAt;
  let lastError: SyncError | null = null;
  let connectedSince: number | null = null;
  let connectedMs = 0;
  let budget: RequestBudget = [];
  let cancelWake = (): void => {};
  let wakeAt = Infinity;
  const attempts = new Map<number, AbortController>();
  const helloTimers = new Map<number, () => void>();
  const mending = new Map<string, DocumentKey>();
  let isMending = false;

  function input(next: ConnectionInput): void {
    if (signal.aborted) return;
    const before = state;
    const [after, commands] = stepConnection(state, next, clock.monotonic(), policy);
    state = after;
    if (before.at !== after.at) noteChange(before, after, next);
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
      lastError = null;
    } else if (!isUp && connectedSince !== null) {
      connectedMs += clock.monotonic() - connectedSince;
      connectedSince = null;
    }
    if (after.at === 'resyncing') counters.add(`resync:${after.reason}`);
  }

  function perform(command: ConnectionCommand): void {
    switch (command.do) {
      case 'open':
        void open(command.attempt);
        return;
      case 'abort':
        attempts.get(command.attempt)?.abort();
        return;
      case 'fetch-snapshot':
        void fetchSnapshot();
        return;
      case 'wake-at':
        planWake(command.at);
        return;
      case 'retire':
        listener.retire();
        return;
      case 'refuse':
        counters.add('refusedInputs');
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

  async function open(attempt: number): Promise<void> {
    const controller = new AbortController();
    attempts.set(attempt, controller);
    const until = AbortSignal.any([controller.signal, signal]);
    await affordRequest(until);
    await ingest.settled();
    const cursor = ingest.cursor();
    if (until.aborted || cursor === null) return void attempts.delete(attempt);
    ingest.reopened();
    const end = await deps.stream.stream({ identity, term: ingest.meta().term, cursor }, listen(attempt), until);
    attempts.delete(attempt);
    helloTimers.get(attempt)?.();
    helloTimers.delete(attempt);
    if (end.kind !== 'aborted') input(endInput(end, attempt));
  }

  /** While all is well nothing waits; otherwise stream, snapshot and probes share one budget. */
  async function affordRequest(until: AbortSignal): Promise<void> {
    const [waitMs, after] = spendRequest(budget, clock.monotonic(), policy);
    budget = after;
    if (waitMs > 0) await sleep(clock, waitMs, until);
  }

  function listen(attempt: number): StreamListener {
    return {
      opened() {
        heardBytes();
        helloTimers.set(
          attempt,
          clock.after(policy.helloMs, () => input(failure(attempt, 'mute'))),
        );
        input({ type: 'opened', attempt });
      },
      bytes: heardBytes,
      message: (message) => receive(attempt, message),
      retryField: (ms) => input({ type: 'retry-field', ms }),
    };
  }

  function heardBytes(): void {
    lastByte = clock.monotonic();
    lastByteAt = clock.now();
  }

  function receive(attempt: number, message: StreamMessage): void | Promise<void> {
    if (message.kind === 'hello') return greet(attempt, message.hello);
    if (message.kind === 'bare-hello') return input(failure(attempt, 'wrong-answer'));
    if (message.kind === 'resync') return attempt === state.memory.attempt ? input({ type: 'resync', reason: message.reason }) : undefined;
    if (admittedAttempt(state) !== attempt) return counters.add('notAdmitted');
    switch (message.kind) {
      case 'event':
        return ingest.arrive({ kind: 'event', id: message.event.id, prev: message.event.prev, event: message.event });
      case 'checkpoint':
        return ingest.arrive({ kind: 'checkpoint', ...message.checkpoint });
      case 'refused':
        return refuse(message);
      case 'heartbeat':
        return ingest.heartbeat(message.heartbeat.cursor, Date.parse(message.heartbeat.serverTime));
      case 'rotate':
        return input({ type: 'rotate', attempt, afterMs: deps.random.number() * message.rotate.reconnectWithinMs });
      case 'transient':
        return listener.transient(message.eventType, message.data);
    }
  }

  /** Counted and visible, never fatal: its cursor, where it has one, moves on like an event's. */
  function refuse(message: Extract<StreamMessage, { kind: 'refused' }>): void | Promise<void> {
    log.info('An event was refused', { reason: message.reason, id: message.id });
    counters.add('refusedEvents');
    counters.add(`refused:${message.reason}`);
    listener.changed();
    return message.id === null ? undefined : ingest.arrive({ kind: 'refused', id: message.id, prev: message.prev });
  }

  function greet(attempt: number, hello: Hello): void {
    helloTimers.get(attempt)?.();
    if (hello.protocol !== PROTOCOL_VERSION) return input(failure(attempt, 'wrong-answer'));
    if (hello.tenant !== identity.tenant || hello.user !== identity.user) return input({ type: 'unauthorized', attempt, reason: 'identity' });
    input({ type: 'greeted', attempt, heartbeatMs: hello.heartbeatMs, spreadMs: hello.spreadMs });
  }

  async function fetchSnapshot(): Promise<void> {
    await affordRequest(signal);
    const answer = await deps.rest.snapshot(identity, null, signal);
    if (signal.aborted || state.at !== 'resyncing') return;
    if ('failed' in answer) return input(snapshotInput(answer.failed));
    heardBytes();
    try {
      await ingest.reset(answer.snapshot);
      input({ type: 'snapshot-taken' });
    } catch (error) {
      lastError = asSyncError(error, 'store/failed', 'The snapshot could not be stored on this device.');
      if (lastError.code === 'reign/fenced' || lastError.code === 'store/closed') return listener.retire();
      input({ type: 'snapshot-failed', cause: 'store', retryAfterMs: null, random: deps.random.number() });
    }
  }

  function mend(keys: readonly DocumentKey[]): void {
    for (const key of keys) {
      if (mending.size >= MEND_LIMIT) counters.add('mendsShed');
      else mending.set(`${key.collection}:${key.id}`, key);
    }
    if (!isMending) void mendAll();
  }

  async function mendAll(): Promise<void> {
    isMending = true;
    while (mending.size > 0 && !signal.aborted) {
      const ids = [...mending.keys()].slice(0, MEND_BATCH);
      const { run } = ingest.meta();
      const answer = await deps.rest.snapshot(identity, ids, signal);
      if ('failed' in answer) break;
      ids.forEach((id) => mending.delete(id));
      await ingest.mend(run, answer.snapshot.documents, answer.snapshot.missing);
    }
    isMending = false;
    // What could not be fetched is tried again when the connection next proves itself.
  }

  function failure(attempt: number, cause: FailureCause, retryAfter: string | null = null): ConnectionInput {
    return { type: 'failed', attempt, cause, retryAfterMs: retryAfterMs(retryAfter, clock.now(), policy), random: deps.random.number() };
  }

  function endInput(end: Exclude<StreamEnd, { kind: 'aborted' }>, attempt: number): ConnectionInput {
    lastError = endError(end);
    switch (end.kind) {
      case 'unauthorized':
        return { type: 'unauthorized', attempt, reason: end.reason };
      case 'forbidden':
      case 'stopped':
      case 'outdated':
        return { type: end.kind, attempt };
      case 'server':
      case 'limited':
        return failure(attempt, end.kind, end.retryAfter);
      case 'offline':
      case 'reset':
      case 'wrong-answer':
        return failure(attempt, end.kind);
    }
  }

  function snapshotInput(end: StreamEnd): ConnectionInput {
    const asEnd = endInput(end.kind === 'aborted' ? { kind: 'offline' } : end, state.memory.attempt);
    if (asEnd.type !== 'failed') return asEnd;
    const { cause, retryAfterMs, random } = asEnd;
    return { type: 'snapshot-failed', cause, retryAfterMs, random };
  }

  let watchedAt = clock.monotonic();
  function watch(): void {
    if (signal.aborted) return;
    const now = clock.monotonic();
    if (now - watchedAt > SLEPT_MS) {
      // After sleep the silence proves nothing: the window starts again and whatever waits is tried now.
      if (lastByte !== null) lastByte = now;
      input({ type: 'wake' });
    } else if (admittedAttempt(state) !== null && isSilent(now)) {
      counters.add('silences');
      input(failure(state.memory.attempt, 'silent'));
    }
    if (mending.size > 0 && !isMending && admittedAttempt(state) !== null) void mendAll();
    watchedAt = now;
    clock.after(WATCH_MS, watch);
  }

  function isSilent(now: number): boolean {
    return lastByte !== null && now - lastByte > state.memory.heartbeatMs * policy.deadAfterHeartbeats;
  }

  clock.after(WATCH_MS, watch);
  signal.addEventListener('abort', () => cancelWake());
  return {
    input,
    state: () => state,
    mend,
    uptimeMs: () => connectedMs + (connectedSince === null ? 0 : clock.monotonic() - connectedSince),
    report: () => ({
      state: connectionStateOf(state),
      reason: connectionReason(state),
      byteAgeMs: lastByte === null ? null : clock.monotonic() - lastByte,
      lastByteAt,
      heartbeatMs: state.memory.heartbeatMs,
      retryInMs: nextTry(state, clock.monotonic()),
      attempt: state.memory.attempt,
      error: lastError ? (toWire(lastError) as unknown as JsonObject) : null,
      breaker: state.at === 'error' ? 'open' : 'closed',
      transport: 'auto',
      pollMs: null,
    }),
  };
}

function nextTry(state: Connection, now: number): number | null {
  const at = state.at === 'resyncing' ? state.retryAt : state.at === 'reconnecting' || state.at === 'error' ? state.until : null;
  return at === null || at === Number.MAX_SAFE_INTEGER ? null : Math.max(0, at - now);
}

/** The sentence for people about an end; null where the end is no error. */
function endError(end: Exclude<StreamEnd, { kind: 'aborted' }>): SyncError | null {
  switch (end.kind) {
    case 'offline':
    case 'reset':
      return new SyncError('net/offline', 'The server can not be reached. What is on this device stays; it is tried again by itself.');
    case 'wrong-answer':
      return new SyncError(
        'net/answer',
        `Something answered that is not the sync server (status ${end.status}, ${end.contentType ?? 'no content type'}). Is there a sign-in page of the Wi-Fi in between?`,
      );
    case 'server':
      return new SyncError('net/server', `The server has a problem (status ${end.status}). It is tried again by itself.`);
    case 'limited':
      return new SyncError('rate/limited', 'The server asks for patience. It is tried again when its time is up.');
    case 'unauthorized':
      return end.reason === 'auth'
        ? new SyncError('auth/expired', 'The session ended. Sign in again; nothing on this device is lost.')
        : new SyncError('identity/mismatch', 'Somebody else is signed in on the server. Sign in again as this user; nothing on this device is lost.');
    case 'forbidden':
      return new SyncError('auth/forbidden', 'The server does not allow this user to follow this data. Ask a manager.');
    case 'outdated':
      return new SyncError('term/stale', 'A newer tab of this device leads the connection.');
    case 'stopped':
      return null;
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}
