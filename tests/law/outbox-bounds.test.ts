// Law 6 for the outbox: what waits, what is over and what a drain remembers of its own haste. What is one too many is refused by name, or goes.
import { expect, test } from 'vitest';
import { sweepable } from '../../src/core/entry-lanes.ts';
import { paceBegun, STEADY } from '../../src/core/entry-pace.ts';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { assertSize } from '../../src/outbox/append.ts';
import { assertRoom } from '../../src/store/outbox-rows.ts';
import { ackedOf, entryOf } from '../outbox/entries.ts';

const MANY = 20_000;
const rowsOf = (count: number, bytes: number) => Array.from({ length: count }, () => ({ bytes }));

test('[BND1] waiting entries: 5,000, or 32 MiB of them; one more is refused', () => {
  const { maxEntries, maxBytes } = ENTRY_POLICY;
  expect([maxEntries, maxBytes]).toEqual([5_000, 33_554_432]);
  expect(() => assertRoom(rowsOf(maxEntries - 1, 300), 300, ENTRY_POLICY)).not.toThrow();
  expect(() => assertRoom(rowsOf(maxEntries, 300), 300, ENTRY_POLICY)).toThrow(expect.objectContaining({ code: 'store/outbox-full' }));
  expect(() => assertRoom(rowsOf(130, 262_144), 262_144, ENTRY_POLICY)).toThrow(expect.objectContaining({ code: 'store/outbox-full' }));
});

test('[BND1] one entry: a body of 64 KiB, 256 KiB with all that it remembers', () => {
  const fits = entryOf({ body: 'x'.repeat(65_000) });
  expect(() => assertSize(fits, ENTRY_POLICY)).not.toThrow();
  expect(() => assertSize({ ...fits, body: 'x'.repeat(66_000) }, ENTRY_POLICY)).toThrow(expect.objectContaining({ code: 'write/too-large' }));
  const heavy = { original: { version: 1, doc: { notes: 'x'.repeat(270_000) } } };
  expect(() => assertSize(entryOf(heavy), ENTRY_POLICY)).toThrow(expect.objectContaining({ code: 'write/too-large' }));
});

test('[BND1] entries that are over: 500 stay readable, also while they are fresh', () => {
  const rows = Array.from({ length: MANY }, (_, n) => ackedOf({ lane: `l${n}` }, { version: 4 }, n));
  const gone = sweepable(rows, () => false, { ...ENTRY_POLICY, now: 1_000 });
  expect(rows.length - gone.length).toBe(500);
});

test('[BND1] moments of the last beginnings: those that the rate asks for', () => {
  let pace = STEADY;
  for (let n = 0; n < MANY; n++) pace = paceBegun(pace, n, ENTRY_POLICY);
  expect(pace.begun).toHaveLength(ENTRY_POLICY.rate);
});
