// Polls that something other than their pace brings about or keeps going: a wake-up from outside, and a browser that streams enough already.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionReason, connectionStateOf, pollIntervalMs, stepConnection, type Connection, type ConnectionInput } from '../../src/core/connection.ts';
import { POLICY } from '../../src/core/policy.ts';
import { fail, greet, makeShell, WISHES } from './connection-shell.ts';

type Shell = ReturnType<typeof makeShell>;
const nudge = (random = 0): ConnectionInput => ({ type: 'nudge', random });
const answered = (shell: Shell, isMore = false): void => void shell.input({ type: 'polled', attempt: shell.poll(), isMore, pollAfterMs: null });

/** Polls have taken over, one has been answered, and the next is a minute away. */
function polling(
  { transport = 'auto', isCrowded }: { readonly transport?: 'auto' | 'polling'; readonly isCrowded?: boolean } = { transport: 'polling' },
): Shell {
  const shell = makeShell(true, { transport });
  if (isCrowded) shell.input({ type: 'crowd', isCrowded });
  shell.input({ type: 'configure', ...WISHES, pollMs: 60_000 });
  shell.input({ type: 'hold' });
  answered(shell);
  return shell;
}

test('[POL16] a wake-up brings the next poll forward, and a second after the one before at the soonest', () => {
  const shell = polling();
  shell.input(nudge());
  shell.advance(POLICY.nudgedPollMs - 1);
  expect(shell.polls()).toBe(1);
  shell.advance(1);
  expect(shell.polls()).toBe(2);
  answered(shell);
  shell.advance(30_000);
  shell.input(nudge());
  expect(shell.polls()).toBe(3);
});

test('[POL16] the pace stays what it was: after a poll that a wake-up brought, the next comes by itself at its usual time', () => {
  const shell = polling();
  shell.advance(10_000);
  shell.input(nudge());
  answered(shell);
  expect(pollIntervalMs(shell.state().memory, POLICY)).toBe(60_000);
  shell.advance(59_999);
  expect(shell.polls()).toBe(2);
  shell.advance(1);
  expect(shell.polls()).toBe(3);
});

test('[POL16] devices that are woken together ask over the time that the server told them to spread over, else over half a second', () => {
  const soonest = (spreadMs: number | null): number => {
    const shell = makeShell();
    shell.input({ type: 'hold' });
    if (spreadMs !== null) shell.input({ ...greet(1), spreadMs } as ConnectionInput);
    shell.input({ type: 'prefer', transport: 'polling' });
    shell.input({ type: 'configure', ...WISHES, pollMs: 60_000 });
    answered(shell);
    shell.advance(20_000);
    shell.input(nudge(0.5));
    return shell.wakeAt() - shell.now();
  };
  expect([soonest(null), soonest(8_000)]).toEqual([POLICY.nudgeSpreadMs / 2, 4_000]);
});

test('[POL16] a wake-up while a poll is under way is not lost: another poll follows, however many came', () => {
  const shell = polling();
  shell.advance(60_000);
  expect(shell.polls()).toBe(2);
  for (let times = 0; times < 5; times++) shell.input(nudge());
  // A flood of them says nothing to pages: the state is the very same.
  const before = shell.state();
  shell.input(nudge());
  expect(shell.state()).toBe(before);
  answered(shell);
  shell.advance(POLICY.nudgedPollMs);
  expect(shell.polls()).toBe(3);
  answered(shell);
  shell.advance(30_000);
  expect(shell.polls()).toBe(3);
});

test('[POL16] while nobody looks, wake-ups bring polls no closer than the server wants them', () => {
  const shell = polling();
  shell.input({ type: 'configure', ...WISHES, pollMs: 60_000, isWatched: false });
  shell.input(nudge());
  shell.advance(POLICY.pollAfterMs - 1);
  expect(shell.polls()).toBe(1);
  shell.advance(1);
  expect(shell.polls()).toBe(2);
});

test('[POL17] a wake-up moves no poll into a Retry-After, none that follows a failed one, and nothing but polls', () => {
  const shell = polling();
  const fails = (retryAfterMs: number | null) => {
    while (shell.poll() < 0) shell.advance(1_000);
    shell.input({ type: 'poll-failed', attempt: shell.poll(), cause: 'limited', retryAfterMs, random: 0.999 });
  };
  for (const retryAfterMs of [null, null, 30_000]) {
    fails(retryAfterMs);
    const before = shell.state();
    shell.input(nudge());
    expect(shell.state()).toBe(before);
  }
  const streaming = makeShell();
  streaming.input({ type: 'hold' });
  streaming.input(greet(1));
  expect(streaming.input(nudge())).toEqual([]);
});

test('[POL17] a Retry-After that a stream beside the polls was given holds for what wakes polls, too', () => {
  const shell = makeShell();
  shell.breakDown();
  answered(shell);
  shell.input({ type: 'wake' });
  answered(shell);
  shell.input({ ...fail(shell.attempt(), { cause: 'limited', retryAfterMs: 20_000 }) });
  const before = shell.polls();
  shell.input(nudge());
  shell.advance(19_999);
  expect(shell.polls()).toBe(before);
});

test('[POL17] whatever wakes, polls start a second apart, and none is later than without wake-ups', () => {
  const property = fc.property(fc.array(fc.tuple(fc.nat(4_000), fc.double({ min: 0, max: 0.999, noNaN: true })), { maxLength: 40 }), (wakes) => {
    const shell = polling();
    const times: number[] = [0];
    const look = (): void => {
      if (shell.poll() < 0) return;
      times.push(shell.now());
      answered(shell);
    };
    for (const [pause, random] of wakes) {
      for (let passed = 0; passed < pause; passed += 100) {
        shell.advance(100);
        look();
      }
      shell.input(nudge(random));
      look();
    }
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps.every((gap) => gap >= POLICY.nudgedPollMs && gap <= 60_100)).toBe(true);
  });
  fc.assert(property, { numRuns: 200 });
});

test('[CON14] a scope beyond those that may stream polls, says why, and streams as soon as there is a place', () => {
  const shell = polling({ isCrowded: true });
  shell.input({ type: 'ask' });
  shell.input({ type: 'wake' });
  shell.advance(3_600_000);
  expect([shell.opens(), shell.state().memory.breaker.at]).toEqual([0, 'closed']);
  expect([connectionStateOf(shell.state()), connectionReason(shell.state())]).toEqual(['polling_fallback', 'crowded']);
  shell.input({ type: 'crowd', isCrowded: false });
  expect(shell.opens()).toBe(1);
  shell.input(greet(shell.attempt()));
  expect(connectionStateOf(shell.state())).toBe('connected');
});

test('[CON14] what the user chose and what the browser has room for are two things: both must be for a stream', () => {
  const shell = polling({ isCrowded: true, transport: 'polling' });
  expect(connectionReason(shell.state())).toBe('preference');
  shell.input({ type: 'prefer', transport: 'auto' });
  expect([shell.opens(), connectionReason(shell.state())]).toEqual([0, 'crowded']);
  shell.input({ type: 'prefer', transport: 'polling' });
  shell.input({ type: 'crowd', isCrowded: false });
  expect([shell.opens(), connectionReason(shell.state())]).toEqual([0, 'preference']);
  shell.input({ type: 'prefer', transport: 'auto' });
  expect(shell.opens()).toBe(1);
});

test('[CON14] a stream that is open ends where there is no place for it', () => {
  const shell = makeShell();
  shell.input({ type: 'hold' });
  shell.input(greet(1));
  const words = shell.input({ type: 'crowd', isCrowded: true }).map((command) => command.do);
  expect([words, connectionReason(shell.state())]).toEqual([['abort', 'poll'], 'crowded']);
});

test('[CON14] the wish survives what comes in between: a snapshot, a sign-in, a pause', () => {
  for (const at of ['needs_auth', 'disconnected', 'resyncing'] as const) {
    const shell = makeShell(at !== 'resyncing');
    shell.input({ type: 'crowd', isCrowded: true });
    shell.input({ type: 'hold' });
    if (at === 'needs_auth') shell.input({ type: 'unauthorized', attempt: shell.poll(), reason: 'auth' });
    if (at === 'disconnected') shell.input({ type: 'release' });
    const before: Connection = shell.state();
    expect(before.at).toBe(at);
    const [after] = stepConnection(before, at === 'resyncing' ? { type: 'snapshot-taken' } : { type: 'ask' }, 1, POLICY);
    expect([after.at, connectionReason(after)]).toEqual(['polling_fallback', 'crowded']);
  }
});
