// The rows that an engine knows before the whole machine is there: what they answer, the machine answers.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startConnection, stepConnection, type Connection, type ConnectionInput } from '../../src/core/connection.ts';
import { stepStart } from '../../src/core/connection-start.ts';
import { POLICY } from '../../src/core/policy.ts';
import { WISHES } from './connection-shell.ts';

const attempt = fc.constantFrom(1, 1, 1, 0, 2, 3);
const failure = { cause: 'reset', retryAfterMs: null, random: 0.5 } as const;
const inputs: fc.Arbitrary<ConnectionInput> = fc.oneof(
  fc.constantFrom<ConnectionInput>(
    { type: 'hold' },
    { type: 'release' },
    { type: 'ask' },
    { type: 'tick' },
    { type: 'wake' },
    { type: 'resync', reason: 'expired' },
    { type: 'snapshot-taken' },
    { type: 'snapshot-failed', ...failure },
    { type: 'retry-field', ms: 5_000 },
    { type: 'configure', ...WISHES },
    { type: 'configure', ...WISHES, heartbeatMs: 10_000, autoReconnect: false, firstDelayMs: 10, isWatched: false },
    { type: 'prefer', transport: 'polling' },
    { type: 'prefer', transport: 'auto' },
    { type: 'crowd', isCrowded: true },
    { type: 'crowd', isCrowded: false },
    { type: 'nudge', random: 0.5 },
  ),
  attempt.chain((number) =>
    fc.constantFrom<ConnectionInput>(
      { type: 'sent', attempt: number },
      { type: 'greeted', attempt: number, heartbeatMs: 15_000, spreadMs: 500 },
      { type: 'greeted', attempt: number, heartbeatMs: 0, spreadMs: 500 },
      { type: 'failed', attempt: number, ...failure },
      { type: 'unauthorized', attempt: number, reason: 'auth' },
      { type: 'forbidden', attempt: number },
      { type: 'stopped', attempt: number },
      { type: 'outdated', attempt: number },
      { type: 'rotate', attempt: number, afterMs: 10 },
      { type: 'polled', attempt: number, isMore: false, pollAfterMs: null },
      { type: 'poll-failed', attempt: number, ...failure },
    ),
  ),
);
/** How it began: by chance a start that goes well seldom comes far. */
const beginnings = fc.constantFrom<readonly ConnectionInput[]>(
  [],
  [{ type: 'crowd', isCrowded: true }],
  [{ type: 'hold' }, { type: 'sent', attempt: 1 }],
  [{ type: 'hold' }, { type: 'sent', attempt: 1 }, { type: 'greeted', attempt: 1, heartbeatMs: 15_000, spreadMs: 500 }],
);
const start = fc.record({
  hasCursor: fc.boolean(),
  transport: fc.constantFrom('auto' as const, 'polling' as const),
  notBefore: fc.constantFrom({ events: 0, snapshot: 0 }, { events: 5_000, snapshot: 0 }),
});

test('[CON13] whatever the rows of a start answer, the whole machine answers, wherever it stands', () => {
  const property = fc.property(
    start,
    beginnings,
    fc.array(fc.tuple(inputs, fc.constantFrom(0, 1, 900, 12_000, 60_000)), { maxLength: 12 }),
    (from, begun, rest) => {
      let state: Connection = startConnection(from, POLICY);
      let now = 0;
      for (const [input, passed] of [...begun.map((step) => [step, 0] as const), ...rest]) {
        now += passed;
        const whole = stepConnection(state, input, now, POLICY);
        const known = stepStart(state, input, now, POLICY);
        if (known) expect([input, known]).toEqual([input, whole]);
        [state] = whole;
      }
    },
  );
  fc.assert(property, { numRuns: 3_000 });
});

test('[CON13] a start that goes well needs nothing else: hold, wishes, request, hello, wishes, ticks', () => {
  const steps: readonly ConnectionInput[] = [
    { type: 'configure', ...WISHES },
    { type: 'hold' },
    { type: 'sent', attempt: 1 },
    { type: 'tick' },
    { type: 'greeted', attempt: 1, heartbeatMs: 15_000, spreadMs: 500 },
    { type: 'configure', ...WISHES, heartbeatMs: 5_000 },
    { type: 'wake' },
    { type: 'tick' },
  ];
  let state: Connection = startConnection({ hasCursor: true }, POLICY);
  for (const input of steps) {
    const step = stepStart(state, input, 1, POLICY);
    if (!step) throw new Error(`${input.type} needs the whole machine`);
    [state] = step;
  }
  expect(state).toMatchObject({ at: 'connected', memory: { heartbeatMs: 15_000 } });
});
