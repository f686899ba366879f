// Two changes of one document, and what becomes of the second.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseOf, changedFields, conflictOf, isFieldwise, isSame, mergeThreeWay, resolveByChoice, resolveByPolicy } from '../../src/core/conflict.ts';
import type { Entry } from '../../src/core/entry.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { ackedOf, answerOf, entryOf } from '../outbox/entries.ts';

const theirs = (doc: JsonObject, version = 5) => ({ collection: 'orders', id: 'o1', version, doc });
const inConflict = (doc: JsonObject, change: Partial<Entry> = {}): Entry =>
  entryOf({ state: 'conflict', answer: { ...answerOf(412, { current: theirs(doc) }), at: 1, runNo: 1 }, ...change });
const OTHERS = { notes: 'before', price: 9 };
const SAME_FIELD = { notes: 'theirs', price: 5 };

test('[OBX14] three ways: each side keeps what it alone changed, what both changed collides', () => {
  const base = { a: 1, b: 1, c: 1, d: 1 };
  expect(mergeThreeWay(base, { a: 2, b: 1, c: 2, d: 2 }, { a: 1, b: 3, c: 3, d: 2 })).toEqual({ merged: { a: 2, b: 3, c: 3, d: 2 }, collisions: ['c'] });
  expect(mergeThreeWay({ a: 1 }, {}, { a: 1, b: 2 })).toEqual({ merged: { b: 2 }, collisions: [] });
  expect(mergeThreeWay({ a: [1, { x: 1 }] }, { a: [1, { x: 1 }] }, { a: [2] })).toEqual({ merged: { a: [2] }, collisions: [] });
});

test('[OBX14] a merge with an unchanged side is the other side', () => {
  const doc = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 2 }));
  fc.assert(
    fc.property(doc, doc, (base, other) => {
      expect(mergeThreeWay(base, base, other)).toEqual({ merged: other, collisions: [] });
      expect(mergeThreeWay(base, other, base)).toEqual({ merged: other, collisions: [] });
      expect(mergeThreeWay(base, other, other).collisions).toEqual([]);
      expect(changedFields(base, other).length === 0).toBe(isSame(base, other));
    }),
  );
});

describe('[OBX15] the policy of an entry decides, where it can', () => {
  test('server: yields', () => expect(resolveByPolicy(inConflict(OTHERS, { policy: 'server' }), [])).toEqual({ do: 'yield' }));
  test('manual: asks', () => expect(resolveByPolicy(inConflict(OTHERS, { policy: 'manual' }), [])).toEqual({ do: 'ask' }));
  test('optimistic: sends the same on top of theirs', () => {
    expect(resolveByPolicy(inConflict(SAME_FIELD, { policy: 'optimistic' }), [])).toEqual({
      do: 'send',
      change: { original: { version: 5, doc: SAME_FIELD } },
    });
  });
  test('merge: sends where others changed other fields, asks where they changed the same', () => {
    expect(resolveByPolicy(inConflict(OTHERS), [])).toEqual({ do: 'send', change: { original: { version: 5, doc: OTHERS } } });
    expect(resolveByPolicy(inConflict(SAME_FIELD), [])).toEqual({ do: 'ask' });
  });
  test('merge of a whole document: theirs with my fields, in document and body', () => {
    const mine = { notes: 'mine', price: 5 };
    const whole = inConflict(OTHERS, { method: 'PUT', body: mine, effect: { collection: 'orders', docId: 'o1', doc: mine } });
    expect(resolveByPolicy(whole, [])).toMatchObject({
      do: 'send',
      change: { body: { notes: 'mine', price: 9 }, effect: { doc: { notes: 'mine', price: 9 } } },
    });
    expect(resolveByPolicy({ ...whole, body: { other: 1 } }, [])).toEqual({ do: 'ask' });
    expect(resolveByPolicy({ ...whole, effect: { collection: 'orders', docId: 'o1', doc: null } }, [])).toEqual({ do: 'ask' });
  });
  test('nobody has a conflict with himself, whatever the policy', () => {
    const entry = inConflict({ notes: 'first', price: 5 }, { place: '000000000002.0000', policy: 'server' });
    const first = ackedOf({ effect: { collection: 'orders', docId: 'o1', patch: { notes: 'first' } } }, { version: 5 });
    expect(baseOf(entry, [first, entry], theirs({ notes: 'first', price: 5 }))).toEqual({ notes: 'first', price: 5 });
    expect(resolveByPolicy(entry, [first, entry])).toMatchObject({ do: 'send' });
    expect(resolveByPolicy(entry, [entry])).toEqual({ do: 'yield' });
  });
  describe('what an earlier write of another lane changed on the side is his own', () => {
    const aside = (notes: string, at = 2_000, place = 1): Entry => {
      const also = [{ collection: 'orders', docId: 'o1', patch: { notes } }];
      const entry = ackedOf({ lane: 'jobs:j1', effect: { collection: 'jobs', docId: 'j1', patch: {} }, also }, { version: 9 }, place);
      return { ...entry, answer: entry.answer && { ...entry.answer, at } };
    };
    const late = { place: '000000000003.0000', policy: 'server' } as const;
    test('where it stands at the server as he wrote it, of two that passed each other either', () => {
      const entry = inConflict({ notes: 'first', price: 5 }, late);
      expect(resolveByPolicy(entry, [aside('first'), aside('second', 2_000, 2)])).toMatchObject({ do: 'send' });
      expect(resolveByPolicy(entry, [aside('first'), aside('other', 2_000, 4)])).toMatchObject({ do: 'send' });
      expect(resolveByPolicy(entry, [aside('second')])).toEqual({ do: 'yield' });
    });
    test('where it does not, somebody changed it since, also back to what it was', () => {
      const entry = inConflict({ notes: 'before', price: 9 }, { place: '000000000003.0000' });
      expect(conflictOf(entry, [aside('first')])?.collisions).toEqual(['notes']);
      // It was answered before he wrote: what he saw may include it and what came after.
      expect(conflictOf(entry, [aside('first', 500)])?.collisions).toEqual([]);
    });
  });
  test('a write of unknown fate may have been done: what stands in its fields counts as changed by somebody', () => {
    const entry = inConflict({ notes: 'before', price: 9 }, { place: '000000000003.0000' });
    const given = entryOf({ state: 'discarded', attempt: 1, answer: null });
    expect(conflictOf(entry, [given])?.collisions).toEqual(['notes']);
    expect(conflictOf(entry, [{ ...given, attempt: 0 }])?.collisions).toEqual([]);
    expect(conflictOf(entry, [{ ...given, state: 'superseded', answer: { ...answerOf(412), at: 1, runNo: 1 } }])?.collisions).toEqual([]);
  });
  test('a rule that refuses over the document which the user saw is no matter of versions: nothing is sent again by itself', () => {
    const refused = (policy: Entry['policy']) => {
      const answer = { ...answerOf(409, { code: 'write/conflict', current: theirs({ notes: 'before', price: 5 }, 3) }), at: 1, runNo: 1 };
      return resolveByPolicy(entryOf({ state: 'conflict', policy, answer }), []);
    };
    expect((['merge', 'optimistic', 'manual', 'server'] as const).map((policy) => refused(policy).do)).toEqual(['ask', 'ask', 'ask', 'yield']);
  });
  test("without the server's document, or without what the user saw, a person is asked", () => {
    expect(resolveByPolicy(entryOf({ state: 'conflict' }), [])).toEqual({ do: 'ask' });
    const { original: _, ...blind } = inConflict(OTHERS);
    expect(resolveByPolicy(blind, [])).toEqual({ do: 'ask' });
    expect(resolveByPolicy(entryOf(), [])).toEqual({ do: 'ask' });
  });
});

describe('[OBX16] a person sees mine, theirs and what was there, and decides', () => {
  const two = { notes: 'mine', price: 7 };
  const entry = inConflict({ notes: 'theirs', price: 9 }, { body: two, effect: { collection: 'orders', docId: 'o1', patch: two } });
  test('shown field by field', () => {
    expect(conflictOf(entry)).toEqual({
      base: { notes: 'before', price: 5 },
      mine: two,
      theirs: theirs({ notes: 'theirs', price: 9 }),
      collisions: ['notes', 'price'],
    });
    expect(conflictOf(entryOf())).toBeNull();
  });
  test('all of mine, nothing of mine, some fields', () => {
    expect(resolveByChoice(entry, 'mine')).toMatchObject({ do: 'send', change: { original: { version: 5 } } });
    expect(resolveByChoice(entry, 'theirs')).toEqual({ do: 'yield' });
    expect(resolveByChoice(entry, { fields: [] })).toEqual({ do: 'yield' });
    const some = { do: 'send', change: { body: { price: 7 }, effect: { collection: 'orders', docId: 'o1', patch: { price: 7 } } } };
    expect(resolveByChoice(entry, { fields: ['price'] })).toMatchObject(some);
  });
  test('a request that is no list of fields goes whole or not at all', () => {
    const stage = { ...entry, body: { stage: 'ready' } };
    expect(isFieldwise(stage)).toBe(false);
    expect(resolveByChoice(stage, { fields: ['price'] })).toEqual({ do: 'ask' });
    expect(resolveByChoice(stage, { fields: ['notes', 'price'] })).toMatchObject({ do: 'send' });
  });
  test("where the conflict brought no document, the page's own picture is what mine goes on top of", () => {
    const old = entryOf({ state: 'conflict' });
    expect(resolveByChoice(old, 'mine', theirs({ notes: 'now' }, 8))).toMatchObject({ change: { original: { version: 8 } } });
    expect(resolveByChoice(old, 'mine')).toEqual({ do: 'send', change: {} });
    expect(resolveByChoice(entry, 'mine', theirs({}, 8))).toMatchObject({ change: { original: { version: 8 } } });
  });
  test('an entry in no conflict is left alone', () => expect(resolveByChoice(entryOf(), 'theirs')).toEqual({ do: 'ask' }));
});
