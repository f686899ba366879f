// The fallback: polls carry the events while streams fail, and streams are tried beside them.
import { expect, test } from 'vitest';
import { admittedAttempt, connectionReason, connectionStateOf, nextTryAt, pollIntervalMs, type ConnectionInput } from '../../src/core/connection.ts';
import { POLICY } from '../../src/core/policy.ts';
import { fail, greet, makeShell, WISHES } from './connection-shell.ts';

type Shell = ReturnType<typeof makeShell>;
const polled = (shell: Shell, extra: { isMore?: boolean; pollAfterMs?: number } = {}): ConnectionInput => ({
  type: 'polled',
  attempt: shell.poll(),
  isMore: extra.isMore ?? false,
  pollAfterMs: extra.pollAfterMs ?? 3_000,
});
const pollFailed = (shell: Shell, retryAfterMs: number | null = null, random = 0.999): ConnectionInput => ({
  type: 'poll-failed',
  attempt: shell.poll(),
  cause: 'offline',
  retryAfterMs,
  random,
});
const state = (shell: Shell) => connectionStateOf(shell.state());

function broken(start: Parameters<typeof makeShell>[1] = {}): Shell {
  const shell = makeShell(true, start);
  shell.breakDown();
  return shell;
}

test('[POL1] the first poll goes out the moment the breaker opens, and polling is not claimed before it was answered', () => {
  const shell = broken();
  expect(shell.polls()).toBe(1);
  expect(state(shell)).toBe('reconnecting');
  shell.input(polled(shell));
  expect(state(shell)).toBe('polling_fallback');
});

test('[POL2] the next poll comes after the server its pause or the smallest wish, whichever is longer; at once while there is more', () => {
  const shell = broken();
  shell.input(polled(shell, { isMore: true }));
  expect(shell.polls()).toBe(2);
  shell.input(polled(shell));
  shell.advance(2_999);
  expect(shell.polls()).toBe(2);
  shell.advance(1);
  expect(shell.polls()).toBe(3);
  shell.input({ type: 'configure', ...WISHES, pollMs: 10_000 });
  shell.input(polled(shell));
  shell.advance(9_999);
  expect(shell.polls()).toBe(3);
  shell.input({ type: 'configure', ...WISHES, pollMs: 500 });
  expect(pollIntervalMs(shell.state().memory, POLICY)).toBe(3_000);
});

test('[POL2] while nobody looks polls come less often, and never stop', () => {
  const shell = broken();
  shell.input({ type: 'configure', ...WISHES, isWatched: false });
  shell.input(polled(shell));
  shell.advance(POLICY.hiddenPollMs - 1);
  expect(shell.polls()).toBe(1);
  shell.advance(1);
  expect(shell.polls()).toBe(2);
});

test('[POL3] polls go on while a stream is tried, and end with its hello', () => {
  const shell = broken();
  shell.input(polled(shell));
  while (shell.state().memory.breaker.at === 'open') {
    shell.advance(500);
    if (shell.poll() > 0) shell.input(polled(shell));
  }
  expect(shell.state()).toMatchObject({ at: 'polling_fallback', probe: { isSent: false } });
  const probe = shell.attempt();
  shell.input({ type: 'sent', attempt: probe });
  shell.advance(3_000);
  const late = shell.poll();
  expect(admittedAttempt(shell.state())).toBe(late);
  expect(shell.input(greet(probe))).toEqual([{ do: 'abort', attempt: late }]);
  expect(admittedAttempt(shell.state())).toBe(probe);
});

test('[POL4] a late answer of a poll, or of a stream that was given up, changes nothing', () => {
  const shell = broken();
  const dead = shell.attempt();
  const first = shell.poll();
  shell.input(polled(shell));
  const before = shell.state();
  for (const input of [fail(dead), greet(dead)]) shell.input(input);
  shell.input({ type: 'polled', attempt: first, isMore: true, pollAfterMs: 1 });
  expect(shell.state()).toBe(before);
});

test('[POL5] two failed polls in a row are an error, in which polls go on slowly enough to be polite and fast enough to find a server that is back within 10 s', () => {
  const shell = broken();
  shell.input(pollFailed(shell));
  expect(state(shell)).toBe('reconnecting');
  for (let times = 0; times < 20; times++) {
    const since = shell.now();
    while (shell.poll() < 0) shell.advance(100);
    if (times > 0) expect(shell.now() - since).toBeGreaterThanOrEqual(POLICY.troubleMs[0]);
    expect(shell.now() - since).toBeLessThan(10_000);
    shell.input(pollFailed(shell));
    expect([state(shell), connectionReason(shell.state())]).toEqual(['error', 'offline']);
    expect(nextTryAt(shell.state())).toBeGreaterThan(shell.now());
    // A stream that was tried meanwhile failed too.
    shell.input(fail(shell.attempt()));
  }
});

test('[POL6] a poll that succeeds in error returns to polling and tries a stream at once', () => {
  const shell = broken();
  shell.input(pollFailed(shell));
  while (shell.poll() < 0) shell.advance(100);
  shell.input(pollFailed(shell));
  while (shell.poll() < 0) shell.advance(100);
  const before = shell.opens();
  shell.input(polled(shell));
  expect([state(shell), shell.opens(), shell.state().memory.breaker.at]).toEqual(['polling_fallback', before + 1, 'half-open']);
});

test('[POL6] one failed poll is enough: where the next one succeeds, a stream is tried at once', () => {
  const shell = broken();
  shell.input(pollFailed(shell));
  while (shell.poll() < 0) shell.advance(100);
  const before = shell.opens();
  shell.input(polled(shell));
  expect([shell.opens(), shell.state().memory.breaker.at]).toEqual([before + 1, 'half-open']);
});

test.each([
  ['offline', 1],
  ['mute', 0],
] as const)('[POL6] after streams that ended %s the first poll brings %i more', (cause, more) => {
  const shell = makeShell(true);
  shell.breakDown(cause);
  const before = shell.opens();
  shell.input(polled(shell));
  expect(shell.opens()).toBe(before + more);
});

test('[POL7] a stream beside the polls that never greets is given up, and only the pause until the next grows', () => {
  const shell = broken();
  shell.input(polled(shell));
  shell.input({ type: 'wake' });
  shell.input({ type: 'sent', attempt: shell.attempt() });
  shell.advance(POLICY.helloMs * 2);
  expect(shell.state()).toMatchObject({ at: 'polling_fallback', probe: null, reason: 'mute', memory: { breaker: { at: 'open', trips: 2 } } });
});

test('[POL8] no poll and no stream goes out inside a Retry-After, whatever wakes or asks: it is one path', () => {
  const shell = broken();
  shell.input(pollFailed(shell, 60_000));
  const before = [shell.polls(), shell.opens()];
  for (const type of ['wake', 'ask', 'tick'] as const) shell.input({ type });
  shell.advance(59_999);
  expect([shell.polls(), shell.opens()]).toEqual(before);
  shell.advance(1);
  expect(shell.polls()).toBe(2);
});

test('[POL9] the user chose polling: no stream is tried, not even by somebody who asks; auto tries one at once', () => {
  const shell = makeShell(true, { transport: 'polling' });
  shell.input({ type: 'hold' });
  expect([state(shell), shell.opens(), shell.polls()]).toEqual(['connecting', 0, 1]);
  shell.input(polled(shell));
  shell.input({ type: 'ask' });
  shell.input({ type: 'wake' });
  shell.advance(3_600_000);
  expect([shell.opens(), shell.state().memory.breaker.at, connectionReason(shell.state())]).toEqual([0, 'closed', 'preference']);
  shell.input({ type: 'prefer', transport: 'auto' });
  expect(shell.opens()).toBe(1);
});

test('[POL9] choosing polling ends an open stream and polls at once', () => {
  const shell = makeShell();
  shell.input({ type: 'hold' });
  shell.input(greet(1));
  expect(shell.input({ type: 'prefer', transport: 'polling' })).toEqual([
    { do: 'abort', attempt: 1 },
    { do: 'poll', attempt: 2 },
  ]);
});

test('[POL10] a Retry-After that an earlier engine was given is minded by the next', () => {
  const shell = makeShell(true, { notBefore: { events: 20_000, snapshot: 0 } });
  shell.input({ type: 'hold' });
  shell.advance(19_999);
  expect(shell.opens()).toBe(0);
  shell.advance(1);
  expect(shell.opens()).toBe(1);
});

test('[CON11] an attempt that waits for the request budget has its whole deadline after that', () => {
  const shell = makeShell();
  shell.input({ type: 'hold' });
  shell.advance(POLICY.requestWindowMs - 1);
  shell.input({ type: 'sent', attempt: 1 });
  shell.advance(POLICY.helloMs * 2 - 1);
  expect([shell.state().at, shell.opens()]).toEqual(['connecting', 1]);
  shell.advance(1);
  expect(connectionReason(shell.state())).toBe('mute');
});

test('[CON12] what a server says outranks what pages wish: its heartbeat, and its retry field', () => {
  const shell = makeShell();
  shell.input({ type: 'configure', ...WISHES, heartbeatMs: 9_000, firstDelayMs: 700 });
  expect(shell.state().memory).toMatchObject({ heartbeatMs: 9_000, firstDelayMs: 700 });
  shell.input({ type: 'hold' });
  shell.input(greet(1));
  shell.input({ type: 'retry-field', ms: 2 ** 32 });
  shell.input({ type: 'configure', ...WISHES, heartbeatMs: 9_000, firstDelayMs: 700 });
  expect(shell.state().memory).toMatchObject({ heartbeatMs: 15_000, firstDelayMs: POLICY.retryFieldMs[1] });
});

test('[CON12] maxReconnectAttempts failures open the breaker; one more wish for them is heard at once', () => {
  const shell = makeShell();
  shell.input({ type: 'configure', ...WISHES, maxAttempts: 2 });
  shell.breakDown();
  expect(shell.opens()).toBe(2);
});
