import { expect, test } from 'vitest';
import { CLOSED, stepBreaker, type Breaker, type BreakerEvent } from '../../src/core/circuit-breaker.ts';

const LIMITS = { maxAttempts: 2, breakerOpenMs: 1_000, breakerMaxMs: 5_000 };
const NOW = 10_000;

const FROM: { readonly [A in Breaker['at']]: Breaker } = {
  closed: { at: 'closed', failures: 1, trips: 0 },
  open: { at: 'open', until: 20_000, trips: 2 },
  'half-open': { at: 'half-open', trips: 2 },
};

/** Total: a new state or event without its cell does not compile. */
const TABLE: { readonly [A in Breaker['at']]: { readonly [E in BreakerEvent]: Breaker } } = {
  closed: {
    failed: { at: 'open', until: NOW + 1_000, trips: 1 },
    probed: FROM.closed,
    passed: FROM.closed,
    proved: CLOSED,
    asked: CLOSED,
  },
  open: { failed: FROM.open, probed: { at: 'half-open', trips: 2 }, passed: FROM.open, proved: FROM.open, asked: { at: 'half-open', trips: 0 } },
  'half-open': {
    failed: { at: 'open', until: NOW + 4_000, trips: 3 },
    probed: FROM['half-open'],
    passed: { at: 'closed', failures: 0, trips: 2 },
    proved: CLOSED,
    asked: { at: 'half-open', trips: 0 },
  },
};

const cells = Object.entries(TABLE).flatMap(([at, row]) => Object.entries(row).map(([event, to]) => [at, event, to] as [Breaker['at'], BreakerEvent, Breaker]));

test.each(cells)('[BRK1] %s, %s', (at, event, expected) => {
  expect(stepBreaker(FROM[at], event, NOW, LIMITS)).toEqual(expected);
});

test('[BRK1] below its limit a failure is counted, and the breaker stays closed', () => {
  expect(stepBreaker(CLOSED, 'failed', NOW, LIMITS)).toEqual({ at: 'closed', failures: 1, trips: 0 });
});

test('[BRK2] each opening lasts twice as long as the one before, up to the longest, until health is proved', () => {
  const pauses: number[] = [];
  let breaker: Breaker = { at: 'half-open', trips: 0 };
  for (let times = 0; times < 5; times++) {
    const opened = stepBreaker(breaker, 'failed', NOW, LIMITS);
    pauses.push(opened.at === 'open' ? opened.until - NOW : NaN);
    // On probation: it passed, and the next single failure opens it again.
    breaker = stepBreaker(stepBreaker(opened, 'probed', NOW, LIMITS), 'passed', NOW, LIMITS);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  const proved = stepBreaker(breaker, 'proved', NOW, LIMITS);
  expect(stepBreaker(proved, 'failed', NOW, LIMITS)).toEqual({ at: 'closed', failures: 1, trips: 0 });
});
