// A write becomes an entry, or is refused before anybody is told that it is kept; and what a person may do about it afterwards.
import { describe, expect, test } from 'vitest';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createOutbox } from '../../src/outbox/outbox.ts';
import { createReopeningRows } from '../../src/outbox/reopening-rows.ts';
import type { KickReason } from '../../src/outbox/contract.ts';
import { createMemoryOutboxRows } from './memory-rows.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { forever, makeIndexedDb, NAME, realClock, settled } from '../store/indexed-db-harness.ts';
import { SCOPE_ID } from './entries.ts';
import { answer, createWorld, requestFor } from './world.ts';

const SMALL = { ...ENTRY_POLICY, bodyBytes: 100, entryBytes: 1_000 };

describe('[OBX21] what can not be kept is refused', () => {
  test('a body or an entry that is too large', async () => {
    const world = createWorld();
    await expect(world.append({ body: 'ä'.repeat(60) }, SMALL)).rejects.toMatchObject({ code: 'write/too-large', details: { bytes: 122, maxBytes: 100 } });
    const original = { version: 1, doc: { long: 'x'.repeat(900) } };
    await expect(world.append({ original }, SMALL)).rejects.toMatchObject({ code: 'write/too-large' });
    await world.append({ body: 'ä'.repeat(48) }, SMALL);
    expect((await world.rows.list()).entries).toHaveLength(1);
  });
  test('the bounds are 64 KiB, 256 KiB, 5,000 entries, 32 MiB', () => {
    expect(ENTRY_POLICY).toMatchObject({ bodyBytes: 65_536, entryBytes: 262_144, maxEntries: 5_000, maxBytes: 33_554_432 });
  });
  test('what could never be sent is a mistake of the program', async () => {
    const world = createWorld();
    for (const path of ['api/x', '//evil.example/x', 'https://evil.example']) await expect(world.append({ path })).rejects.toBeInstanceOf(TypeError);
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    await expect(world.append({ body: loop as never })).rejects.toBeInstanceOf(TypeError);
  });
});

test('[OBX20] an entry holds what was asked for, whose it is, and nothing that hung on the request', async () => {
  const world = createWorld();
  const request = { ...requestFor('o1'), token: 'secret' };
  const entry = await world.append(request);
  expect(entry).toMatchObject({ v: 1, scope: SCOPE_ID, lane: 'orders:o1', policy: 'merge', attempt: 0, state: 'waiting', body: { notes: 'mine' } });
  expect(JSON.stringify(entry)).not.toContain('secret');
});

test('[OBX20] a page appends, reads and exports without an engine, tells the others, and survives the loss of its database', async () => {
  const harness = makeIndexedDb();
  const told: KickReason[] = [];
  const outbox = createOutbox({
    rows: createReopeningRows(() => openOutboxRows(harness.deps, forever)),
    isDurable: () => true,
    scope: SCOPE_ID,
    clock: realClock,
    random: createSeededRandom(3),
    tell: (why) => void told.push(why),
  });
  const first = await outbox.append(requestFor('o1'));
  expect(first.durable).toBe(true);
  await settled(harness.deps.indexedDB.deleteDatabase(NAME));
  const second = await outbox.append(requestFor('o2'));
  expect((await outbox.list()).entries.map(({ id }) => id)).toEqual([second.id]);
  expect(await outbox.discard(second.id)).toBe(true);
  expect(await outbox.discard(second.id)).toBe(false);
  expect(JSON.parse(await outbox.exportJson())).toMatchObject({ v: 1, scope: SCOPE_ID, entries: [{ id: second.id, state: 'discarded' }] });
  expect(told).toEqual(['append', 'append', 'result', 'result']);
});

test('[OBX26] an outbox that can not be opened says so each time, and works when it can', async () => {
  const rows = createMemoryOutboxRows();
  let isBlocked = true;
  const open = async () => {
    if (isBlocked) throw new SyncError('store/blocked', 'no');
    return rows;
  };
  const outbox = createOutbox({
    rows: createReopeningRows(open),
    isDurable: () => false,
    scope: SCOPE_ID,
    clock: realClock,
    random: createSeededRandom(3),
    tell: () => {},
  });
  await expect(outbox.append(requestFor('o1'))).rejects.toMatchObject({ code: 'store/blocked' });
  isBlocked = false;
  expect((await outbox.append(requestFor('o1'))).durable).toBe(false);
});

describe('[OBX16] what a person decides is one transaction over the rows as they stand', () => {
  test('a dead entry is sent again under a new id, behind all others', async () => {
    const world = createWorld();
    world.answers(() => answer(422, 'write/rejected'));
    const { id } = await world.append();
    await world.start();
    expect(await world.states()).toBe('dead');
    const again = await world.decisions.retry(id);
    expect(again).not.toBe(id);
    expect((await world.rows.list()).entries.map(({ state, supersedes }) => [state, supersedes])).toEqual([
      ['superseded', null],
      ['waiting', id],
    ]);
    expect(await world.decisions.retry(id)).toBeNull();
    expect(await world.decisions.retry('nobody')).toBeNull();
  });
  test('what was never sent can be edited; a larger request is refused and the old one stays', async () => {
    const world = createWorld();
    const { id } = await world.append();
    await expect(world.decisions.edit(id, { body: 'x'.repeat(70_000) })).rejects.toMatchObject({ code: 'write/too-large' });
    expect(await world.states()).toBe('waiting');
    const edited = await world.decisions.edit(id, { body: { notes: 'better' } });
    const [old, next] = (await world.rows.list()).entries;
    expect([old?.state, next?.id, next?.body, next?.place]).toEqual(['superseded', edited, { notes: 'better' }, '000000000001.0001']);
  });
  test('with a dead create all that died with it is discarded', async () => {
    const world = createWorld();
    world.answers(() => answer(422));
    const { original: _, ...create } = requestFor('o1', { method: 'POST', effect: { collection: 'orders', docId: 'o1', doc: { notes: '' } } });
    const { id } = await world.append();
    await world.decisions.discard(id);
    const first = await world.append({ ...create, original: undefined as never });
    await world.append();
    await world.start();
    expect(await world.states()).toBe('discarded dead waiting');
    expect(await world.decisions.discard(first.id)).toBe(true);
    expect(await world.states()).toBe('discarded discarded discarded');
  });
  test('a conflict is resolved once, by whoever is first', async () => {
    const world = createWorld();
    world.answers(() => answer(412, 'write/stale', { problem: { current: { collection: 'orders', id: 'o1', version: 9, doc: { notes: 'theirs' } } } }));
    const { id } = await world.append();
    await world.start();
    expect(await world.states()).toBe('conflict');
    const decided = await Promise.all([world.decisions.resolve(id, 'mine'), world.decisions.resolve(id, 'theirs')]);
    expect(decided.map(({ did }) => did)).toEqual(['sent', 'ask']);
    expect((await world.rows.list()).entries[1]).toMatchObject({ original: { version: 9 }, supersedes: id, state: 'waiting' });
  });
});
