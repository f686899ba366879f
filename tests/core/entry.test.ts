// What may happen to an entry: the whole table, and what each answer of a server means.
import { describe, expect, test } from 'vitest';
import { afterAnswer, isCreate, laneOf, stepEntry, successorOf, type Entry, type EntryInput, type EntryState, type Verdict } from '../../src/core/entry.ts';
import { answerOf, entryOf } from '../outbox/entries.ts';

const INPUTS: Readonly<Record<EntryInput['type'], EntryInput>> = {
  send: { type: 'send', since: 3 },
  answered: { type: 'answered', attempt: 1, answer: answerOf(200), runNo: 1 },
  confirmed: { type: 'confirmed', version: 4, cursor: 'e_0000000000000004_00000000', runNo: 1 },
  doubted: { type: 'doubted', code: 'outbox/too-old', current: null },
  discard: { type: 'discard' },
  supersede: { type: 'supersede' },
};

/** Columns: send, answered, confirmed, doubted, discard, supersede. `-` = nothing happens. */
const TABLE: Readonly<Record<EntryState, string>> = {
  waiting: 'sending - acked conflict discarded -',
  sending: 'sending acked acked conflict discarded -',
  parked: 'sending - acked conflict discarded -',
  conflict: '- - acked - discarded superseded',
  dead: '- - acked - discarded superseded',
  acked: '- - - - - -',
  discarded: '- - - - - -',
  superseded: '- - - - - -',
};

describe('[OBX3] each state takes each input as the table says', () => {
  test.each(Object.entries(TABLE))('%s: %s', (state, columns) => {
    const entry = entryOf({ state: state as EntryState, attempt: 1 });
    const after = Object.values(INPUTS).map((input) => stepEntry(entry, input, 2_000));
    expect(after.map((one) => (one === entry ? '-' : one.state)).join(' ')).toBe(columns);
  });
});

test('[OBX3] what was never sent can be replaced; what may be on its way can not', () => {
  expect(stepEntry(entryOf({ attempt: 0 }), { type: 'supersede' }, 0).state).toBe('superseded');
  expect(stepEntry(entryOf({ attempt: 1 }), { type: 'supersede' }, 0).state).toBe('waiting');
});

test('[OBX4] an attempt is counted and remembered; only its own answer counts', () => {
  const sent = stepEntry(stepEntry(entryOf(), INPUTS.send, 5_000), INPUTS.send, 6_000);
  expect(sent).toMatchObject({ state: 'sending', attempt: 2, sentAt: 5_000, triedAt: 6_000, since: 3 });
  expect(stepEntry(sent, { type: 'answered', attempt: 1, answer: answerOf(422), runNo: 1 }, 7_000)).toBe(sent);
  expect(stepEntry(sent, { type: 'answered', attempt: 2, answer: answerOf(422, { field: 'price' }), runNo: 1 }, 7_000)).toMatchObject({
    state: 'dead',
    answer: { status: 422, field: 'price', at: 7_000 },
  });
});

const VERDICTS: readonly [status: number, code: string | null, verdict: Verdict][] = [
  [200, null, 'acked'],
  [201, null, 'acked'],
  [204, null, 'acked'],
  [0, 'net/offline', 'again'],
  [302, null, 'again'],
  [304, null, 'again'],
  [400, null, 'dead'],
  [401, 'auth/expired', 'parked'],
  [403, 'identity/mismatch', 'parked'],
  [403, 'auth/forbidden', 'dead'],
  [404, null, 'dead'],
  [408, null, 'again'],
  [409, 'write/conflict', 'conflict'],
  [409, 'write/in-flight', 'again'],
  [409, null, 'dead'],
  [412, 'write/stale', 'conflict'],
  [413, null, 'dead'],
  [422, 'write/rejected', 'dead'],
  [423, 'write/locked', 'again'],
  [425, null, 'again'],
  [429, null, 'again'],
  [500, null, 'again'],
  [503, null, 'again'],
];
test.each(VERDICTS)('[OBX5] %i %s: %s', (status, code, verdict) => expect(afterAnswer({ status, code })).toBe(verdict));

test('[OBX5] a Retry-After holds the entry back; a final answer does not', () => {
  const sent = entryOf({ state: 'sending', attempt: 1 });
  const heard = (status: number): Entry =>
    stepEntry(sent, { type: 'answered', attempt: 1, answer: answerOf(status, { retryAfterMs: 9_000 }), runNo: null }, 1_000);
  expect(heard(503)).toMatchObject({ state: 'waiting', notBefore: 10_000 });
  expect(heard(200).notBefore).toBeNull();
});

test('[OBX6] what goes in the place of an entry has a new id, no past, and the same place; of a dead one that its lane has passed the last place', () => {
  const old = entryOf({ state: 'conflict', attempt: 3, sentAt: 1, triedAt: 2, since: 3, answer: { ...answerOf(412), at: 3, runNo: 1 } });
  const next = successorOf(old, { original: { version: 8, doc: {} } }, { id: 'n', now: 9_000 });
  expect(next).toMatchObject({ id: 'n', supersedes: 'm1', place: '000000000001.0001', attempt: 0, sentAt: null, since: null, state: 'waiting', answer: null });
  expect(next.original?.version).toBe(8);
  expect(next.body).toEqual(old.body);
  expect(successorOf({ ...old, state: 'dead' }, {}, { id: 'n', now: 0 }).place).toBe('');
  const create = entryOf({ method: 'POST', state: 'dead', effect: { collection: 'orders', docId: 'o1', doc: {} } });
  const { original: _, ...bare } = create;
  expect(isCreate(bare)).toBe(true);
  expect(successorOf(bare, {}, { id: 'n', now: 0 }).place).toBe('000000000001.0001');
});

test('[OBX7] a lane is a document, else a path', () => {
  expect(laneOf(entryOf())).toBe('orders:o1');
  expect(laneOf({ path: '/api/v1/x' })).toBe('/api/v1/x');
});
