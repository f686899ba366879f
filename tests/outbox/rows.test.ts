// The rows of the outbox, on disk and in memory: the same contract, and on disk what only a disk can get wrong.
import { describe, expect, test } from 'vitest';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { stepEntry, successorOf, type Entry } from '../../src/core/entry.ts';
import { createMemoryOutboxRows } from './memory-rows.ts';
import { openOutboxRows, type OutboxRows } from '../../src/store/outbox-rows.ts';
import { wipeStore } from '../../src/store/wipe.ts';
import { forever, makeIndexedDb, NAME, settled, withDatabase, type IndexedDbHarness } from '../store/indexed-db-harness.ts';
import { entryOf } from './entries.ts';

const fresh = (id: string, change: Partial<Entry> = {}): Entry => entryOf({ id, ...change });
const ids = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);
const discard = (found: readonly Entry[]) => found.map((entry) => stepEntry(entry, { type: 'discard' }, 1));

function onDisk(): { open: () => Promise<OutboxRows>; harness: IndexedDbHarness } {
  const harness = makeIndexedDb();
  return { harness, open: () => openOutboxRows(harness.deps, forever) };
}

const memory = (): { open: () => Promise<OutboxRows> } => {
  const rows = createMemoryOutboxRows();
  return { open: async () => rows };
};

describe.each([
  ['disk', onDisk],
  ['memory', memory],
])('%s', (_, make) => {
  test('[OBX20] entries keep the order in which they were appended, from whatever tab', async () => {
    const { open } = make();
    const tabs = await Promise.all([open(), open(), open()]);
    for (let n = 0; n < 12; n++) await tabs[n % 3]?.append(fresh(`n${n}`), ENTRY_POLICY);
    const { entries } = await (await open()).list();
    expect(ids(entries)).toEqual(Array.from({ length: 12 }, (_each, n) => `n${n}`));
    expect(new Set(entries.map(({ place }) => place)).size).toBe(12);
    await Promise.all(tabs.map((tab, n) => tab.append(fresh(`at-once-${n}`), ENTRY_POLICY)));
    expect(new Set((await (await open()).list()).entries.map(({ place }) => place)).size).toBe(15);
  });

  test('[OBX20] an append whose commit was reported as failed is not made twice', async () => {
    const rows = await make().open();
    const first = await rows.append(fresh('a'), ENTRY_POLICY);
    await rows.append(fresh('b'), ENTRY_POLICY);
    expect((await rows.append(fresh('a'), ENTRY_POLICY)).place).toBe(first.place);
    expect(ids((await rows.list()).entries)).toEqual(['a', 'b']);
  });

  test('[OBX21] a full outbox refuses before anything is stored; what is over takes no room', async () => {
    const rows = await make().open();
    const bounds = { maxEntries: 2, maxBytes: 1_000_000 };
    const a = await rows.append(fresh('a'), bounds);
    await rows.append(fresh('b'), bounds);
    await expect(rows.append(fresh('c'), bounds)).rejects.toMatchObject({ code: 'store/outbox-full' });
    await expect(rows.append(fresh('c', { body: 'x'.repeat(500) }), { maxEntries: 9, maxBytes: 1_000 })).rejects.toMatchObject({ code: 'store/outbox-full' });
    expect(ids((await rows.list()).entries)).toEqual(['a', 'b']);
    await rows.change([a], discard);
    await rows.append(fresh('c'), bounds);
    expect(ids((await rows.list()).entries.filter(({ state }) => state === 'waiting'))).toEqual(['b', 'c']);
  });

  test('[OBX22] a change sees rows as they stand, stores what it answers, and a successor in its place or behind all', async () => {
    const rows = await make().open();
    const [a] = [await rows.append(fresh('a', { state: 'conflict' }), ENTRY_POLICY), await rows.append(fresh('b', { state: 'dead' }), ENTRY_POLICY)];
    const b = (await rows.list()).entries[1] as Entry;
    await rows.append(fresh('c'), ENTRY_POLICY);
    const replace = (found: readonly Entry[]) =>
      found.flatMap((entry) => [stepEntry(entry, { type: 'supersede' }, 1), successorOf(entry, {}, { id: `${entry.id}2`, now: 1 })]);
    const after = await rows.change([a], replace);
    expect(after.map(({ id, state }) => `${id} ${state}`)).toEqual(['a superseded', 'a2 waiting']);
    await rows.change([b], replace);
    expect(ids((await rows.list()).entries)).toEqual(['a', 'a2', 'b', 'c', 'b2']);
    expect(await rows.change([{ id: 'nobody', place: a.place }], () => [])).toEqual([]);
    await rows.change([a], () => []);
    expect((await rows.list()).entries[0]?.state).toBe('superseded');
  });

  test('[OBX10] only what is over is deleted', async () => {
    const rows = await make().open();
    const [a, b] = [await rows.append(fresh('a'), ENTRY_POLICY), await rows.append(fresh('b'), ENTRY_POLICY)];
    await rows.change([a], discard);
    await rows.sweep([a, b]);
    expect(ids((await rows.list()).entries)).toEqual(['b']);
  });
});

describe('disk', () => {
  test('[OBX23] every write is strict and names the outbox alone', async () => {
    const { open, harness } = onDisk();
    const rows = await open();
    harness.faulty.seen.length = 0;
    const a = await rows.append(fresh('a'), ENTRY_POLICY);
    await rows.change([a], discard);
    await rows.sweep([a]);
    expect(harness.faulty.seen.map(({ durability, stores }) => [durability, stores])).toEqual([1, 2, 3].map(() => ['strict', ['outbox']]));
  });

  test('[OBX24] a row of a newer version, or a damaged one, is left as it is and named', async () => {
    const { open, harness } = onDisk();
    const rows = await open();
    const a = await rows.append(fresh('a'), ENTRY_POLICY);
    const newer = { ...a, v: 99, id: 'n', place: '000000000002.0000', extra: 'of tomorrow' };
    await withDatabase(harness.deps.indexedDB, async (database) => {
      const store = database.transaction('outbox', 'readwrite').objectStore('outbox');
      await settled(store.put(newer, 'e:000000000002.0000:n:10'));
      await settled(store.put('rubbish', 'e:000000000003.0000:r:10'));
    });
    expect(await rows.list()).toMatchObject({
      entries: [{ id: 'a' }],
      unread: [
        { id: 'n', lane: 'orders:o1' },
        { id: 'r', lane: null },
      ],
    });
    expect(await rows.change([newer], discard)).toEqual([]);
    expect((await harness.dump())['outbox']).toHaveLength(3);
    expect((await rows.append(fresh('b'), ENTRY_POLICY)).place).toBe('000000000004.0000');
  });

  test('[OBX25] after a log-out nothing is read or written; kept entries are there again at the next sign-in', async () => {
    const { open, harness } = onDisk();
    const rows = await open();
    const a = await rows.append(fresh('a'), ENTRY_POLICY);
    await rows.append(fresh('b'), ENTRY_POLICY);
    await rows.change([a], discard);
    await expect(wipeStore(harness.deps, NAME, { nowMs: 1, unsent: 'refuse' }, forever)).rejects.toMatchObject({ details: { count: 1 } });
    expect(await wipeStore(harness.deps, NAME, { nowMs: 1, unsent: 'keep' }, forever)).toBe(1);
    await expect(rows.append(fresh('c'), ENTRY_POLICY)).rejects.toMatchObject({ code: 'store/closed' });
    await expect(rows.change([a], discard)).rejects.toMatchObject({ code: 'store/closed' });
    await expect(rows.list()).rejects.toMatchObject({ code: 'store/closed' });
    await harness.reopen(2);
    expect(ids((await rows.list()).entries)).toEqual(['a', 'b']);
  });

  test('[OBX26] a full disk says so before anything was promised', async () => {
    const { open, harness } = onDisk();
    const rows = await open();
    harness.failNext('commit', 'quota');
    await expect(rows.append(fresh('a'), ENTRY_POLICY)).rejects.toMatchObject({ code: 'store/quota' });
    expect((await rows.list()).entries).toEqual([]);
  });
});
