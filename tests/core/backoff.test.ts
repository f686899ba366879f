import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, clamp, retryAfterMs } from '../../src/core/backoff.ts';
import { POLICY } from '../../src/core/policy.ts';

const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const NOW = Date.parse('2026-11-20T12:00:00Z');

test('[BACK1] a delay lies between nothing and the doubling ceiling, which never exceeds the maximum', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 500, max: 30_000 }), randoms, (failures, firstDelayMs, random) => {
      const delay = backoffMs({ failures, firstDelayMs, random, spreadMs: null }, POLICY);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(POLICY.maxDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16)));
    }),
  );
});

test('[BACK1] jitter is full: the extremes of chance reach both ends', () => {
  const at = (random: number) => backoffMs({ failures: 3, firstDelayMs: 1_000, random, spreadMs: null }, POLICY);
  expect(at(0)).toBe(0);
  expect(at(0.5)).toBe(2_000);
  expect(at(0.999_999)).toBeCloseTo(4_000, 1);
});

test('[BACK2] the first reconnect spreads over what the server announced, later ones do not', () => {
  const at = (failures: number, random: number) => backoffMs({ failures, firstDelayMs: 1_000, random, spreadMs: 10_000 }, POLICY);
  expect(at(1, 0.5)).toBe(5_000);
  expect(at(2, 0.5)).toBe(1_000);
  expect(backoffMs({ failures: 1, firstDelayMs: 1_000, random: 1, spreadMs: 10 ** 9 }, POLICY)).toBe(POLICY.maxDelayMs);
});

test('[BACK3] Retry-After in seconds is taken within the clamp', () => {
  const [least, most] = POLICY.retryAfterMs;
  fc.assert(
    fc.property(fc.nat(10 ** 9), (seconds) => {
      expect(retryAfterMs(String(seconds), NOW, POLICY)).toBe(Math.min(most, Math.max(least, seconds * 1_000)));
    }),
  );
  expect(retryAfterMs(' 5 ', NOW, POLICY)).toBe(5_000);
});

test('[BACK3] Retry-After as a date is measured from now, and one in the past waits the least', () => {
  const [least] = POLICY.retryAfterMs;
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 3_000 }), (seconds) => {
      expect(retryAfterMs(new Date(NOW + seconds * 1_000).toUTCString(), NOW, POLICY)).toBe(seconds * 1_000);
    }),
  );
  expect(retryAfterMs('Wed, 21 Oct 2015 07:28:00 GMT', NOW, POLICY)).toBe(least);
});

test('[BACK3] whatever else Retry-After says is either ignored or within the clamp, so that no timer is set to nonsense', () => {
  const [least, most] = POLICY.retryAfterMs;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('', '-1', '1e9', 'NaN', 'soon', '9'.repeat(400), '4294967296')), (header) => {
      const wait = retryAfterMs(header, NOW, POLICY);
      if (wait !== null) expect(wait).toBe(clamp(wait, [least, most]));
    }),
  );
  expect(retryAfterMs(null, NOW, POLICY)).toBeNull();
  expect(retryAfterMs('soon', NOW, POLICY)).toBeNull();
});
