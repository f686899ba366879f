// How fast the outbox goes, and how it slows down.
import { expect, test } from 'vitest';
import { ENTRY_POLICY as P } from '../../src/core/entry-policy.ts';
import { askPace, paceAnswered, paceBegun, paceFailed, paceWoken, STEADY, type Pace } from '../../src/core/entry-pace.ts';

const failed = (times: number, at = 0): Pace => Array.from({ length: times }).reduce<Pace>((pace) => paceFailed(pace, at, 0.5, P), STEADY);

test('[OBX30] twenty in any second, four lanes at once', () => {
  let pace = STEADY;
  for (let n = 0; n < 20; n++) {
    expect(askPace(pace, n * 10, P)).toEqual({ waitMs: 0, parallel: 4 });
    pace = paceBegun(pace, n * 10, P);
  }
  expect(askPace(pace, 200, P).waitMs).toBe(800);
  expect(askPace(pace, 1_000, P).waitMs).toBe(0);
  for (let n = 0; n < 1_000; n++) pace = paceBegun(pace, n, P);
  expect(pace.begun).toHaveLength(20);
});

test('[OBX30] failures double the pause, five open the breaker, and then one at a time is tried', () => {
  expect(askPace(failed(1), 0, P)).toEqual({ waitMs: 500, parallel: 4 });
  expect(askPace(failed(3), 0, P).waitMs).toBe(2_000);
  const open = failed(5);
  expect(askPace(open, 0, P)).toEqual({ waitMs: 8_000, parallel: 1 });
  const probed = paceBegun(open, 8_000, P);
  expect(probed.breaker.at).toBe('half-open');
  expect(askPace(paceFailed(probed, 8_000, 0.999, P), 8_000, P).waitMs).toBeLessThanOrEqual(P.breaker.breakerMaxMs);
  const hopeless = Array.from({ length: 40 }).reduce<Pace>((pace) => paceFailed(paceBegun(pace, 0, P), 0, 0.999, P), STEADY);
  expect(askPace(hopeless, 0, P).waitMs).toBeLessThanOrEqual(20_000);
});

test('[OBX30] an answer mends all; a wake-up lets one try at once, and changes nothing where nothing is wrong', () => {
  expect(askPace(paceAnswered(failed(9)), 0, P)).toEqual({ waitMs: 0, parallel: 4 });
  expect(askPace(paceWoken(failed(9), 0, P), 0, P)).toEqual({ waitMs: 0, parallel: 1 });
  expect(paceWoken(STEADY, 0, P)).toBe(STEADY);
});
