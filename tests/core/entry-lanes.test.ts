// Who may go, on what terms, and what may be forgotten.
import { describe, expect, test } from 'vitest';
import { doubtAbout, isParked, isStalled, sendable, sweepable, termsOf } from '../../src/core/entry-lanes.ts';
import { standing } from '../../src/core/overlay.ts';
import type { Entry } from '../../src/core/entry.ts';
import { ackedOf, answerOf, entryOf } from '../outbox/entries.ts';

const ids = (entries: readonly Entry[]) => entries.map(({ id }) => id);
const ready = (entries: readonly Entry[], { underWay = [] as string[], unread = [] as { lane: string | null; place: string }[] } = {}) =>
  ids(sendable({ entries: standing(entries), unread, underWay: new Set(underWay) }));
const kept = (current: { version: number; doc: { notes?: string; price?: number } }) => ({
  answer: { ...answerOf(412, { current: { collection: 'orders', id: 'o1', ...current } }), at: 1, runNo: 1 },
});

describe('[OBX7] one lane a document, in order; lanes side by side', () => {
  test('the first of each lane goes', () => {
    expect(ready([entryOf({}, 2), entryOf({}, 1), entryOf({ lane: 'orders:o2' }, 3)])).toEqual(['m1', 'm3']);
  });
  test('a lane waits behind what is under way, in conflict, or of a newer version', () => {
    expect(ready([entryOf({}, 1), entryOf({}, 2)], { underWay: ['m1'] })).toEqual([]);
    expect(ready([entryOf({ state: 'conflict' }, 1), entryOf({}, 2)])).toEqual([]);
    expect(ready([entryOf({}, 2)], { unread: [{ lane: 'orders:o1', place: '000000000001.0000' }] })).toEqual([]);
    expect(ready([entryOf({}, 1)], { unread: [{ lane: 'orders:o1', place: '000000000002.0000' }] })).toEqual(['m1']);
  });
  test('it passes what is dead or over, and sends again what another drain had begun', () => {
    expect(ready([entryOf({ state: 'dead' }, 1), entryOf({ state: 'sending' }, 2), entryOf({}, 3)])).toEqual(['m2']);
    expect(ready([entryOf({ state: 'acked' }, 1), entryOf({}, 2)])).toEqual(['m2']);
  });
  test('a dead create takes what follows it along, and gives it back', () => {
    const { original: _, ...create } = entryOf({ method: 'POST', effect: { collection: 'orders', docId: 'o1', doc: {} }, state: 'dead' }, 1);
    expect(ready([create, entryOf({}, 2), entryOf({ lane: 'orders:o2' }, 3)])).toEqual(['m3']);
    expect(ready([{ ...create, state: 'superseded' }, entryOf({}, 2)])).toEqual(['m2']);
  });
  test('one parked entry parks all', () => {
    expect(isParked([entryOf(), entryOf({ state: 'parked', lane: 'x' }, 2)])).toBe(true);
    expect(isParked([entryOf()])).toBe(false);
  });
});

describe('[OBX8] If-Match is decided when an entry is sent', () => {
  const second = entryOf({}, 2);
  test("the user's own last acknowledgement, not the version that he saw", () => {
    expect(termsOf(second, [ackedOf({ since: 3 }, { version: 4 }), second])).toEqual({ ifMatch: 4, since: 3 });
  });
  test('what he saw, where that is newer or nothing was acknowledged', () => {
    expect(termsOf(second, [second])).toEqual({ ifMatch: 3, since: 3 });
    expect(termsOf(second, [ackedOf({ since: 1 }, { version: 2 }), second])).toEqual({ ifMatch: 3, since: 3 });
  });
  test('not over a gap: behind a write that demanded nothing others may have written', () => {
    expect(termsOf(second, [ackedOf({ since: null }, { version: 6 }), second])).toEqual({ ifMatch: 3, since: 3 });
  });
  test('the version that a create was given; none for the create itself', () => {
    const { original: _, ...bare } = second;
    const { original: __, ...create } = ackedOf({ since: null }, { version: 1 });
    expect(termsOf(bare, [create, bare])).toEqual({ ifMatch: 1, since: 1 });
    expect(termsOf(create, [create, bare])).toEqual({ ifMatch: null, since: null });
  });
  test('other lanes and later entries have no say', () => {
    expect(termsOf(second, [second, ackedOf({ lane: 'x', since: 3 }, { version: 9 }), ackedOf({ since: 3 }, { version: 8 }, 3)]).ifMatch).toBe(3);
  });
});

describe('[OBX9] some entries must not be sent without a decision', () => {
  const policy = { now: 100_000, idempotencyMs: 50_000 };
  test('sent once, and so long ago that the server may have forgotten it', () => {
    expect(doubtAbout(entryOf({ sentAt: 50_000 }), [], policy)?.code).toBe('outbox/too-old');
    expect(doubtAbout(entryOf({ sentAt: 50_001 }), [], policy)).toBeNull();
    expect(doubtAbout(entryOf({ createdAt: 0, sentAt: null }), [], policy)).toBeNull();
  });
  test('others changed the same field, as an earlier entry of the lane learned', () => {
    const entry = entryOf({}, 2);
    const lane = (doc: { notes?: string; price?: number }) => [entryOf({ state: 'superseded', ...kept({ version: 5, doc }) }), entry];
    expect(doubtAbout(entry, lane({ notes: 'theirs', price: 5 }), policy)).toMatchObject({ code: 'outbox/overtaken', current: { version: 5 } });
    expect(doubtAbout(entry, lane({ notes: 'before', price: 9 }), policy)).toBeNull();
    expect(doubtAbout(entry, lane({ notes: 'mine', price: 9 }), policy)).toBeNull();
    expect(termsOf(entry, lane({ notes: 'before', price: 9 })).ifMatch).toBe(5);
  });
});

describe('[OBX10] what is over is deleted when nobody needs it', () => {
  const at = { now: 1_000_000, keepEndedMs: 60_000, keepEnded: 2 };
  const isShowing = ({ id }: Entry) => id === 'shown';
  test('not while it shows, is fresh, or its lane goes on behind it', () => {
    const rows = [
      ackedOf({}, { version: 4 }, 1),
      ackedOf({ id: 'shown', lane: 'a' }, { version: 4 }, 2),
      entryOf({ lane: 'b' }, 3),
      ackedOf({ lane: 'b' }, { version: 2 }, 1),
    ];
    expect(ids(sweepable(rows, isShowing, at))).toEqual(['m1']);
    expect(ids(sweepable(rows, isShowing, { ...at, now: 30_000 }))).toEqual([]);
  });
  test('a lane that goes on needs its newest version and each conflict, nothing else', () => {
    const rows = [
      ackedOf({}, { version: 4 }, 1),
      entryOf({ state: 'superseded', ...kept({ version: 5, doc: {} }) }, 2),
      entryOf({ state: 'superseded' }, 3),
      ackedOf({}, { version: 6 }, 4),
      entryOf({}, 5),
    ];
    expect(ids(sweepable(rows, isShowing, at))).toEqual(['m1', 'm3']);
  });
  test('a lane that goes on needs what changed its document on the side, and what nobody knows the fate of', () => {
    const aside = ackedOf({ lane: 'jobs:j1', also: [{ collection: 'orders', docId: 'o1', patch: {} }] }, { version: 4 }, 1);
    const unsure = entryOf({ state: 'superseded', attempt: 1 }, 2);
    expect(ids(sweepable([aside, unsure, entryOf({}, 3)], isShowing, at))).toEqual([]);
    expect(ids(sweepable([aside, unsure], isShowing, at))).toEqual(['m1', 'm2']);
  });
  test('beyond the bound the oldest go at once', () => {
    const rows = [1, 2, 3].map((place) => ackedOf({ lane: `l${place}` }, { version: 4 }, place));
    expect(ids(sweepable(rows, isShowing, { ...at, now: 1_000 }))).toEqual(['m1']);
  });
});

test('[OBX33] a stall is something to send and no attempt; nothing that waits for somebody is one', () => {
  const at = (entries: readonly Entry[], now = 40_000) => isStalled(entries, now, 30_000);
  expect(at([entryOf({ createdAt: 10_000 })])).toBe(true);
  expect(at([entryOf({ createdAt: 10_000 })], 39_999)).toBe(false);
  expect(at([entryOf({ createdAt: 10_000, triedAt: 11_000 })])).toBe(false);
  expect(at([entryOf({ createdAt: 1_000 }), entryOf({ createdAt: 30_000 }, 2)])).toBe(true);
  expect(at([entryOf({ createdAt: 1_000, state: 'conflict' })])).toBe(false);
  expect(at([entryOf({ createdAt: 1_000, state: 'parked' }), entryOf({ createdAt: 1_000, lane: 'x' }, 2)])).toBe(false);
  expect(at([entryOf({ createdAt: 1_000, notBefore: 50_000 })])).toBe(false);
  expect(at([])).toBe(false);
});
