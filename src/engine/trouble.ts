// What a connection does that is not well, or has a long life: the whole machine, silence, polls beside streams, snapshots, what an end means and says. Loaded after
// the first hello, or at the first need.
import { retryAfterMs } from '../core/backoff.ts';
import type { ConnectionInput, FailureCause } from '../core/connection-input.ts';
import type { ConnectionReport } from '../protocol/frame.ts';
import { admittedAttempt, connectionStateOf, type Connection, type ConnectionStep, type NotBefore } from '../core/connection-model.ts';
import { nextTryAt, pollIntervalMs } from '../core/connection-plan.ts';
import { stepConnection } from '../core/connection.ts';
import { isStale } from '../core/document.ts';
import type { SyncError } from '../core/sync-error.ts';
import type { Policy } from '../core/policy.ts';
import type { Clock } from '../platform/ports.ts';
import type { StreamEnd, StreamListener } from '../transport/contract.ts';
import type { ConnectDeps, ConnectListener } from './connect.ts';
import { NOTE_NOT_BEFORE } from './connection-notes.ts';
import { endSentence } from './end-sentence.ts';
import { createMender, type DocumentKey } from './mend.ts';
import { pollOnce, type PollTag } from './poll-once.ts';
import { takeSnapshot } from './take-snapshot.ts';
import type { WakeUps } from './wake-ups.ts';
import { watchTime } from './watch.ts';

export interface TroubleDeps extends ConnectDeps, ConnectListener {
  readonly state: () => Connection;
  readonly input: (input: ConnectionInput) => void;
  /** Waits until one more request may be sent. */
  readonly afford: (until: AbortSignal) => Promise<void>;
  readonly listen: (attempt: number) => Omit<StreamListener, 'retryField'>;
  readonly heardBytes: () => void;
  readonly breakOff: (cause: FailureCause) => void;
  /** Since the last byte. After sleep it starts again. */
  readonly silence: { readonly lastedMs: (now: number) => number; readonly restart: (now: number) => void };
}

export interface Trouble {
  readonly step: (state: Connection, input: ConnectionInput, now: number, policy: Policy) => ConnectionStep;
  poll(attempt: number, cursor: string, until: AbortSignal): Promise<void>;
  fetchSnapshot(): Promise<void>;
  /** What the end of an attempt is to the machine; it is remembered for people. */
  endOf(end: Ended, attempt: number): EndInput;
  /** All is well again. */
  forget(): void;
  /** Why the last attempt ended, until all is well again. */
  error(): SyncError | null;
  plan(): Pick<ConnectionReport, 'retryInMs' | 'pollMs' | 'isWoken'>;
  keepNotBefore(times: NotBefore): void;
  mend(keys: readonly DocumentKey[]): void;
}

/** What the end of an attempt is to the machine. */
type EndInput = Extract<ConnectionInput, { type: 'failed' | 'unauthorized' | 'forbidden' | 'stopped' | 'outdated' }>;
type Ended = Exclude<StreamEnd, { kind: 'aborted' }>;

export function createTrouble(deps: TroubleDeps, signal: AbortSignal): Trouble {
  const { ingest, clock, policy, counters, log, notes, state, input } = deps;
  let lastError: SyncError | null = null;
  let tag: PollTag | null = null;
  const mender = createMender({ ...deps, afford: () => deps.afford(signal) }, signal);
  let wakeUps: WakeUps | null = null;

  function forget(): void {
    lastError = null;
  }

  async function poll(attempt: number, cursor: string, until: AbortSignal): Promise<void> {
    counters.add('polls');
    const outcome = await pollOnce(deps, { cursor, tag }, { ...deps.listen(attempt), opened: () => {} }, until);
    if (until.aborted || outcome.kind === 'aborted' || outcome.kind === 'gap') return;
    if (outcome.kind !== 'committed') return failedPoll(outcome, attempt);
    deps.heardBytes();
    ({ tag } = outcome);
    if (connectionStateOf(state()) === 'error') forget();
    input({ type: 'polled', attempt, isMore: outcome.isMore, pollAfterMs: outcome.pollAfterMs });
  }

  /** A poll fails by an input of its own; what else an answer means, it means for a stream as well. */
  function failedPoll(end: Ended, attempt: number): void {
    counters.add('failedPolls');
    const asStream = endOf(end, attempt);
    input(asStream.type === 'failed' ? { ...asStream, type: 'poll-failed' } : asStream);
  }

  async function fetchSnapshot(): Promise<void> {
    await deps.afford(signal);
    const taken = await takeSnapshot({ ...deps, isWanted: () => state().at === 'resyncing' }, signal);
    if (signal.aborted || taken === 'not-wanted') return;
    if (taken === 'taken') return input({ type: 'snapshot-taken' });
    if ('end' in taken) return input(snapshotInput(taken.end));
    lastError = taken.error;
    if (lastError.code === 'reign/fenced' || lastError.code === 'store/closed') return deps.retire();
    input({ type: 'snapshot-failed', cause: 'store', retryAfterMs: null, random: deps.random.number() });
  }

  function endOf(end: Ended, attempt: number): EndInput {
    lastError = endSentence(end);
    if (end.kind === 'unauthorized') return { type: 'unauthorized', attempt, reason: end.reason };
    if (end.kind === 'forbidden' || end.kind === 'stopped' || end.kind === 'outdated') return { type: end.kind, attempt };
    const cause: FailureCause = end.kind === 'withheld' ? 'offline' : end.kind;
    const retryAfter = 'retryAfter' in end ? end.retryAfter : null;
    return { type: 'failed', attempt, cause, retryAfterMs: retryAfterMs(retryAfter, clock.now(), policy), random: deps.random.number() };
  }

  function snapshotInput(end: StreamEnd): ConnectionInput {
    const asEnd = endOf(end.kind === 'aborted' ? { kind: 'offline' } : end, state().memory.attempt);
    if (asEnd.type !== 'failed') return asEnd;
    const { cause, retryAfterMs, random } = asEnd;
    return { type: 'snapshot-failed', cause, retryAfterMs, random };
  }

  function look(now: number): void {
    const { at, memory } = state();
    if ((at === 'connected' || at === 'rotating') && deps.silence.lastedMs(now) > memory.heartbeatMs * policy.deadAfterHeartbeats) {
      counters.add('silences');
      deps.breakOff('silent');
    }
    if (admittedAttempt(state()) !== null) mender.again();
  }

  /** After sleep the window of silence starts again, whatever waits is tried now, and an open stream is probed by its successor. */
  function wokeUp(now: number): void {
    deps.silence.restart(now);
    input({ type: 'wake' });
    if (state().at === 'connected') input({ type: 'rotate', attempt: state().memory.attempt, afterMs: 0 });
  }

  /** Nobody needs them before the first poll. Code that can't be loaded is asked for again at the next step. */
  function lookForWakeUps(now: Connection): void {
    if (wakeUps) return wakeUps.look(now);
    if (now.at !== 'polling_fallback') return;
    void import('./wake-ups.ts').then(
      ({ createWakeUps }) => (wakeUps ??= createWakeUps(deps, signal)).look(state()),
      () => {},
    );
  }

  watchTime(clock, { look, wokeUp }, signal);
  mender.add(ingest.documents().filter(isStale));
  return {
    step(...given) {
      const step = stepConnection(...given);
      lookForWakeUps(step[0]);
      return step;
    },
    poll,
    fetchSnapshot,
    endOf,
    forget,
    error: () => lastError,
    plan() {
      const now = clock.monotonic();
      const at = nextTryAt(state());
      const pollMs = state().at === 'polling_fallback' ? pollIntervalMs(state().memory, policy) : null;
      return { retryInMs: at === null ? null : Math.max(0, at - now), pollMs, isWoken: wakeUps?.isListening() ?? false };
    },
    keepNotBefore(times) {
      notes?.set(NOTE_NOT_BEFORE, writeNotBefore(times, clock)).catch((error: unknown) => log.debug('A wait could not be kept', { error: String(error) }));
    },
    mend: mender.add,
  };
}

/** As wall times: the next engine has another monotonic clock. */
function writeNotBefore({ events, snapshot }: NotBefore, clock: Clock): NotBefore {
  const toWall = clock.now() - clock.monotonic();
  return { events: Math.round(events + toWall), snapshot: Math.round(snapshot + toWall) };
}
