import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admittedAttempt, connectionReason, connectionStateOf, startConnection, stepConnection } from '../../src/core/connection.ts';
import type { Connection, ConnectionInput } from '../../src/core/connection.ts';
import { POLICY } from '../../src/core/policy.ts';
import { fail, greet, makeShell, WISHES } from './connection-shell.ts';

/** When the state must move on by itself; null where it waits for somebody. */
function deadlineOf(state: Connection): number | null {
  switch (state.at) {
    case 'connecting':
      return state.since + POLICY.helloMs * 2 + (state.isSent ? 0 : POLICY.requestWindowMs);
    case 'polling_fallback':
      return state.poll.attempt === null ? state.poll.nextAt : null;
    case 'connected':
      return state.rotateAt;
    case 'rotating':
    case 'reconnecting':
      return state.until;
    case 'resyncing':
      return state.retryAt;
    case 'error':
      return state.memory.autoReconnect ? state.until : null;
    default:
      return null;
  }
}

describe('attempts', () => {
  test('[CON2] without a cursor the snapshot comes before the stream', () => {
    const shell = makeShell(false);
    expect(shell.input({ type: 'hold' }).map((command) => command.do)).toContain('fetch-snapshot');
    expect(connectionStateOf(shell.state())).toBe('connecting');
    expect(shell.input({ type: 'snapshot-taken' })).toContainEqual({ do: 'open', attempt: 1 });
  });

  test('[CON3] only the greeted attempt is admitted, and what an older one says changes nothing', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    expect(admittedAttempt(shell.state())).toBeNull();
    shell.input(greet(1));
    expect(admittedAttempt(shell.state())).toBe(1);
    shell.input(fail(1));
    shell.advance(60_000);
    const before = shell.state();
    expect(shell.input(greet(1))).toEqual([]);
    expect(shell.input(fail(1))).toEqual([]);
    expect(shell.state()).toBe(before);
  });

  test('[CON4] a rotation keeps the old stream admitted until the new one greets, at most two seconds', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    shell.input(greet(1));
    shell.input({ type: 'rotate', attempt: 1, afterMs: 300 });
    shell.advance(300);
    expect(shell.state()).toMatchObject({ at: 'rotating', old: 1, memory: { attempt: 2 } });
    expect(admittedAttempt(shell.state())).toBe(1);
    expect(connectionStateOf(shell.state())).toBe('connected');
    shell.advance(2_000);
    expect(shell.state().at).toBe('connecting');
    expect(admittedAttempt(shell.state())).toBeNull();
  });

  test('[CON4] the close that a rotation announced is no failure: the stream opens again at the moment that was drawn', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    shell.input(greet(shell.attempt()));
    shell.input({ type: 'rotate', attempt: shell.attempt(), afterMs: 700 });
    shell.advance(200);
    shell.input(fail(shell.attempt()));
    expect(shell.state()).toMatchObject({ at: 'reconnecting', until: 700, reason: 'rotate', memory: { breaker: { failures: 0 } } });
    shell.advance(500);
    expect(shell.state()).toMatchObject({ at: 'connecting', memory: { attempt: 2, breaker: { failures: 0 } } });
  });

  test('[CON4] a new stream that never greets after a rotation is given up like any other', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    shell.input(greet(1));
    shell.input({ type: 'rotate', attempt: 1, afterMs: 300 });
    shell.advance(300);
    shell.input(fail(1));
    expect(shell.state().at).toBe('connecting');
    shell.advance(POLICY.helloMs * 2);
    expect(shell.state()).toMatchObject({ at: 'reconnecting', reason: 'mute' });
  });

  test('[CON5] failures of any kind spend one budget; then polls take over, and streams are tried less and less often, but never not at all', () => {
    const shell = makeShell();
    shell.breakDown();
    expect(shell.opens()).toBe(POLICY.maxAttempts);
    const { breaker } = shell.state().memory;
    expect(breaker).toEqual({ at: 'open', until: shell.now() + POLICY.breakerOpenMs, trips: 1 });
    shell.advance(POLICY.breakerOpenMs - 1);
    expect(shell.opens()).toBe(POLICY.maxAttempts);
    shell.advance(1);
    expect(shell.opens()).toBe(POLICY.maxAttempts + 1);
    shell.input(fail(shell.attempt()));
    expect(shell.state().memory.breaker).toEqual({ at: 'open', until: shell.now() + POLICY.breakerOpenMs * 2, trips: 2 });
    shell.advance(24 * 3_600_000);
    expect(shell.opens()).toBeGreaterThan(POLICY.maxAttempts + 200);
  });

  test('[CON6] nobody dials inside a Retry-After: no tick, no wake-up, not even somebody who asks', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    shell.input(fail(1, { retryAfterMs: 100_000 }));
    shell.input({ type: 'wake' });
    shell.input({ type: 'ask' });
    shell.advance(99_999);
    expect(shell.opens()).toBe(1);
    shell.advance(1);
    expect(shell.opens()).toBe(2);
  });

  test('[CON7] a server that said stop is asked again by a person only: not by time, a wake-up, or leases that come and go', () => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    shell.input({ type: 'stopped', attempt: 1 });
    shell.advance(3_600_000);
    for (const type of ['wake', 'hold', 'release', 'hold', 'tick'] as const) shell.input({ type });
    expect([shell.opens(), shell.state().at, connectionReason(shell.state())]).toEqual([1, 'disconnected', 'stopped']);
    shell.input({ type: 'ask' });
    expect(shell.opens()).toBe(2);
  });

  test('[CON8] without autoReconnect the first failure waits for somebody; turning it on again plans the next try', () => {
    const shell = makeShell();
    shell.input({ type: 'configure', ...WISHES, autoReconnect: false });
    shell.input({ type: 'hold' });
    shell.input(fail(1));
    shell.advance(3_600_000);
    expect([shell.opens(), shell.state().at]).toEqual([1, 'error']);
    shell.input({ type: 'configure', ...WISHES });
    shell.advance(POLICY.firstDelayMs);
    expect(shell.opens()).toBe(2);
  });
});

describe('any sequence of inputs', () => {
  const attempts = fc.nat(3);
  const failure = {
    cause: fc.constantFrom('offline', 'reset', 'mute', 'server', 'gap', 'store'),
    retryAfterMs: fc.option(fc.integer({ min: 1_000, max: 60_000 }), { nil: null }),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  } as const;
  const inputs: fc.Arbitrary<ConnectionInput> = fc.oneof(
    fc.constantFrom<ConnectionInput>(
      { type: 'hold' },
      { type: 'release' },
      { type: 'ask' },
      { type: 'snapshot-taken' },
      { type: 'tick' },
      { type: 'wake' },
      { type: 'resync', reason: 'forked' },
    ),
    fc.constantFrom<ConnectionInput>(
      { type: 'retry-field', ms: 0 },
      { type: 'retry-field', ms: 2 ** 32 },
      { type: 'prefer', transport: 'polling' },
      { type: 'prefer', transport: 'auto' },
    ),
    fc.record({ type: fc.constant('poll-failed' as const), attempt: attempts, ...failure }),
    attempts.map((attempt): ConnectionInput => ({ type: 'polled', attempt, isMore: attempt === 1, pollAfterMs: 3_000 })),
    attempts.map((attempt): ConnectionInput => ({ type: 'greeted', attempt, heartbeatMs: 15_000, spreadMs: 500 })),
    fc.record({ type: fc.constant('failed' as const), attempt: attempts, ...failure }),
    fc.record({ type: fc.constant('snapshot-failed' as const), ...failure }),
    fc.record({ type: fc.constantFrom('forbidden' as const, 'stopped' as const, 'outdated' as const, 'sent' as const), attempt: attempts }),
    attempts.map((attempt): ConnectionInput => ({ type: 'rotate', attempt, afterMs: 700 })),
    attempts.map((attempt): ConnectionInput => ({ type: 'unauthorized', attempt, reason: 'auth' })),
    fc.boolean().map((autoReconnect): ConnectionInput => ({ type: 'configure', ...WISHES, autoReconnect, maxAttempts: 3, firstDelayMs: 500 })),
  );
  /** Inputs name attempts relative to the newest, so that most of them are heard. */
  const relative = (input: ConnectionInput, { memory, ...state }: Connection): ConnectionInput => {
    if (!('attempt' in input)) return input;
    const isOfPoll = input.type === 'polled' || input.type === 'poll-failed';
    return { ...input, attempt: (isOfPoll && 'poll' in state ? (state.poll.attempt ?? 0) : memory.attempt) - input.attempt };
  };
  const schedules = fc.array(fc.tuple(inputs, fc.constantFrom(0, 10, 400, 3_000, 40_000)), { maxLength: 40 });

  test('[CON9] a state that has a deadline always has a wake-up that comes no later', () => {
    fc.assert(
      fc.property(fc.boolean(), schedules, (hasCursor, schedule) => {
        const shell = makeShell(hasCursor);
        for (const [input, ms] of schedule) {
          shell.input(relative(input, shell.state()));
          shell.advance(ms);
          const deadline = deadlineOf(shell.state());
          if (deadline !== null) expect(shell.wakeAt(), shell.state().at).toBeLessThanOrEqual(Math.max(deadline, shell.now()));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('[CON10] attempts are numbered upwards, at most two streams are open at once and one poll, and what is not admitted has no say', () => {
    fc.assert(
      fc.property(fc.boolean(), schedules, (hasCursor, schedule) => {
        let state = startConnection({ hasCursor }, POLICY);
        let now = 0;
        let newest = 0;
        const streams = new Set<number>();
        const polls = new Set<number>();
        for (const [made, ms] of schedule) {
          const input = relative(made, state);
          if ('attempt' in input && input.type.includes('failed')) streams.delete(input.attempt);
          if (input.type === 'polled' || input.type === 'poll-failed') polls.delete(input.attempt);
          const [next, commands] = stepConnection(state, input, now, POLICY);
          for (const command of commands) {
            if (command.do === 'abort') [streams, polls].forEach((open) => open.delete(command.attempt));
            if (command.do !== 'open' && command.do !== 'poll') continue;
            expect(command.attempt).toBe(++newest);
            (command.do === 'open' ? streams : polls).add(command.attempt);
          }
          expect(streams.size).toBeLessThanOrEqual(next.at === 'rotating' ? 2 : 1);
          expect(polls.size).toBeLessThanOrEqual(next.at === 'polling_fallback' ? 1 : 0);
          const admitted = admittedAttempt(next);
          if (admitted !== null) expect([next.memory.attempt, next.at === 'rotating' ? next.old : -1, ...polls]).toContain(admitted);
          state = next;
          now += ms;
        }
      }),
      { numRuns: 500 },
    );
  });
});
