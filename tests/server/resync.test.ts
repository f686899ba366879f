// Why a cursor can't be continued from: each reason by its own means, on the stream and in the batch.
import { rmSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RESYNC_REASONS, type ResyncReason } from '../../src/protocol/event.ts';
import { cursorAt, emit, signedIn, start, temporaryFolder, type Client } from './harness.ts';

interface Case {
  readonly client: Client;
  readonly cursor: string;
}

const CASES: Readonly<Record<ResyncReason, () => Promise<Case>>> = {
  async expired() {
    const server = await start({ retention: { maxEvents: 5 } });
    emit(server, 'north', 20);
    const cursor = cursorAt(server, 'north', 14);
    await server.retention.sweep();
    return { client: signedIn(server), cursor };
  },
  async unknown() {
    const server = await start();
    emit(server, 'north', 3);
    return { client: signedIn(server), cursor: cursorAt(server, 'north', 2).replace(/^[^_]+/, 'an-epoch-that-never-was') };
  },
  async ahead() {
    const server = await start();
    emit(server, 'north', 3);
    return { client: signedIn(server), cursor: cursorAt(server, 'north', 3).replace('0000000000000003', '0000000000000004') };
  },
  async tenant() {
    const server = await start();
    emit(server, 'north', 3);
    return { client: signedIn(server, 'manager', 'south'), cursor: cursorAt(server, 'north', 3) };
  },
  async forked() {
    // A copy of the file from yesterday, filled anew under the same epoch: an operator's mistake.
    const folder = temporaryFolder();
    const [file, backup] = [join(folder, 'live.sqlite'), join(folder, 'backup.sqlite')];
    const first = await start({ dbFile: file });
    emit(first, 'north', 3);
    first.store.db.get('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(file, backup);
    emit(first, 'north', 4);
    const cursor = cursorAt(first, 'north', 6);
    await first.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    copyFileSync(backup, file);
    const restored = await start({ dbFile: file, prepare: async () => {} });
    emit(restored, 'north', 4, 'other_history');
    return { client: signedIn(restored), cursor };
  },
  async permissions() {
    const server = await start();
    emit(server, 'north', 3);
    const cursor = cursorAt(server, 'north', 3);
    server.store.setRole('north', 'worker', 'kiosk', Date.now());
    return { client: signedIn(server, 'worker'), cursor };
  },
  async schema() {
    const dbFile = join(temporaryFolder(), 'schema.sqlite');
    const before = await start({ dbFile });
    emit(before, 'north', 3);
    const cursor = cursorAt(before, 'north', 3);
    await before.close();
    return { client: signedIn(await start({ dbFile, documentSchema: 2, prepare: async () => {} })), cursor };
  },
};

describe.each(RESYNC_REASONS)('resync %s', (reason) => {
  test('[RSY1] the stream says why and ends, the batch says the same', async () => {
    const { client, cursor } = await CASES[reason]();
    const stream = await client.stream(`?lastEventId=${cursor}`);
    await stream.ended;
    expect(stream.messages.map((message) => message.type)).toEqual(['connected', 'resync']);
    expect(stream.messages[1]).toEqual({ type: 'resync', id: null, data: { reason } });
    const batch = await client.json(`/api/v1/sync/events?lastEventId=${cursor}`, { accept: 'application/json' });
    expect(batch).toEqual({ resync: { reason } });
  });

  test('[RSY2] the cursor of a snapshot taken then is continued from', async () => {
    const { client } = await CASES[reason]();
    const { cursor } = await client.snapshot();
    const stream = await client.stream(`?lastEventId=${cursor}`);
    expect((await stream.next()).data.cursor).toBe(cursor);
    const tenant = String(stream.messages[0]?.data.tenant);
    emit(client.server, tenant, 1, 'order_updated');
    expect((await stream.events(1))[0]?.data.prev).toBe(cursor);
  });
});

test('[RSY1] whatever is no cursor is unknown, never taken for none', async () => {
  const server = await start();
  emit(server, 'north', 3);
  const good = cursorAt(server, 'north', 2);
  const bad = [
    'x',
    '0',
    'null',
    '42',
    `${good}0`,
    good.slice(0, -1),
    good.toUpperCase(),
    `${good},${good}`,
    good.replace('_', '-'),
    "'; DROP TABLE log; --",
    'x'.repeat(5_000),
    '💧',
  ];
  const client = signedIn(server);
  for (const cursor of bad) {
    const answer = await client.json(`/api/v1/sync/events?lastEventId=${encodeURIComponent(cursor)}`, { accept: 'application/json' });
    expect([cursor, answer]).toEqual([cursor, { resync: { reason: 'unknown' } }]);
  }
});

test('[SLG3] a cursor at the floor is continued from, one below is expired', async () => {
  const server = await start({ retention: { maxEvents: 5 } });
  emit(server, 'north', 20);
  const cursors = [14, 15].map((seq) => cursorAt(server, 'north', seq));
  await server.retention.sweep();
  const client = signedIn(server);
  const [below, at] = await Promise.all(cursors.map((cursor) => client.json(`/api/v1/sync/events?lastEventId=${cursor}`, { accept: 'application/json' })));
  expect(below).toEqual({ resync: { reason: 'expired' } });
  expect(at?.['events']).toHaveLength(5);
});

test('[SLG3] a log emptied by retention goes on where it was, for readers as for writers', async () => {
  const server = await start({ retention: { maxEvents: 0 } });
  const client = signedIn(server);
  emit(server, 'north', 7);
  const stream = await client.stream();
  await stream.next('connected');
  const cursor = cursorAt(server, 'north', 7);
  expect(await server.retention.sweep()).toBe(7);
  expect(await client.json(`/api/v1/sync/events?lastEventId=${cursor}`, { accept: 'application/json' })).toMatchObject({ events: [], cursor });
  emit(server, 'north', 1);
  expect((await stream.events(1))[0]?.data.prev).toBe(cursor);
  const again = await client.json(`/api/v1/sync/events?lastEventId=${cursor}`, { accept: 'application/json' });
  expect(again['events']).toMatchObject([{ prev: cursor, id: cursorAt(server, 'north', 8) }]);
});

test('[RSY3] a role that changes resyncs the open streams of that user at once, and no others', async () => {
  const server = await start();
  const [worker, manager] = [await signedIn(server, 'worker').stream(), await signedIn(server).stream()];
  await worker.next('connected');
  await manager.next('connected');
  server.setRole('north', 'worker', 'display');
  await worker.ended;
  expect(worker.messages.map((message) => message.type)).toEqual(['connected', 'resync']);
  expect(worker.messages.at(-1)?.data).toEqual({ reason: 'permissions' });
  expect((await manager.next('role_changed')).data.data).toEqual({ user: 'worker', role: 'display' });
});

test('[RSY3] a role that was changed behind the server’s back is noticed with the next heartbeat', async () => {
  const server = await start({ heartbeatMs: 60 });
  const stream = await signedIn(server, 'worker').stream();
  await stream.next('heartbeat');
  server.store.setRole('north', 'worker', 'kiosk', Date.now());
  await stream.ended;
  expect(stream.messages.at(-1)).toEqual({ type: 'resync', id: null, data: { reason: 'permissions' } });
});

test('[SLG4] tenants of one server never see each other: streams, batches, snapshots', async () => {
  const server = await start();
  const [north, south] = [signedIn(server), signedIn(server, 'manager', 'south')];
  const streams = [await north.stream(), await south.stream()];
  for (const stream of streams) await stream.next('connected');
  const order = await north.order();
  emit(server, 'south', 1, 'last');
  expect((await streams[1]?.events(1))?.[0]?.type).toBe('last');
  expect(streams[1]?.raw()).not.toContain(order.id);
  expect(JSON.stringify(await south.snapshot())).not.toContain(order.id);
  const batch = await south.json(`/api/v1/sync/events?lastEventId=${cursorAt(server, 'south', 0)}`, { accept: 'application/json' });
  expect(batch['events']).toHaveLength(1);
  expect(server.store.log.head('north').epoch).not.toBe(server.store.log.head('south').epoch);
});
