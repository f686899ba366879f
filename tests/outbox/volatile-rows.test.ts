// Writes that the disk doesn't take, step by step: where they are, who sends them, and how they come to the disk.
import { expect, test } from 'vitest';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { stepEntry } from '../../src/core/entry.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createLastingRows } from '../../src/outbox/lasting-rows.ts';
import { createVolatileRows } from '../../src/outbox/volatile-rows.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import { forever, makeIndexedDb, realClock } from '../store/indexed-db-harness.ts';
import { answerOf, entryOf } from './entries.ts';
import { createVolatileWorld, type VolatileWorld } from './volatile-world.ts';
import { answer } from './world.ts';

const ids = ({ server }: VolatileWorld): readonly string[] => server.tape.map(({ id }) => id);
const written = async (world: VolatileWorld, page: ReturnType<VolatileWorld['openPage']>, docId: string) => {
  const made = await world.during(page.write(docId));
  if (!made) throw new Error('not kept');
  return made;
};

test('[OBX40] what a full disk refuses is accepted as not durable, sent from memory, and leaves nothing on the disk', async () => {
  const world = createVolatileWorld();
  const page = world.openPage();
  world.disk.become('full');
  const { id, isDurable } = await written(world, page, 'o1');
  expect(isDurable).toBe(false);
  await world.pass(300);
  expect(ids(world)).toEqual([id]);
  expect(await page.states()).toEqual([`${id} acked`]);
  world.disk.become('well');
  await world.pass(40_000, 1_000);
  expect((await world.disk.rows.list()).entries).toEqual([]);
  // Over, it stays readable for two minutes.
  expect(page.memory()?.size()).toBe(1);
  await world.pass(150_000, 5_000);
  expect(page.memory()?.size()).toBe(0);
});

test('[OBX40] a disk that does not answer is waited for no longer than 3 s, and known by the id where it does after all', async () => {
  const world = createVolatileWorld();
  const page = world.openPage();
  world.becomeNet('deaf');
  await page.rows.list();
  world.disk.become('silent');
  const { id, isDurable } = await written(world, page, 'o1');
  expect(isDurable).toBe(false);
  world.disk.become('well');
  await world.pass(10_000, 500);
  expect((await world.disk.rows.list()).entries.map((entry) => entry.id)).toEqual([id]);
  expect(page.rows.inMemory(id)).toBe(false);
});

test('[OBX40] a log-out, a full outbox and code that can not be had refuse as before', async () => {
  const failing = (code: 'store/closed' | 'store/outbox-full' | 'store/quota') => {
    const { disk, clock } = createVolatileWorld();
    const refuse = (): Promise<never> => Promise.reject(new SyncError(code, 'no'));
    return createLastingRows({ disk: { ...disk.guarded, append: refuse }, clock, waitMs: 3_000, load: () => Promise.reject(new Error('offline')) });
  };
  for (const code of ['store/closed', 'store/outbox-full', 'store/quota'] as const)
    await expect(failing(code).append(entryOf(), ENTRY_POLICY)).rejects.toMatchObject({ code });
  const world = createVolatileWorld();
  const rows = createVolatileRows({ disk: null, picture: null, clock: world.clock, waitMs: 1, bounds: { maxEntries: 1, maxBytes: 10_000 } });
  await rows.append(entryOf({ id: 'a' }), ENTRY_POLICY);
  await expect(rows.append(entryOf({ id: 'b' }), ENTRY_POLICY)).rejects.toMatchObject({ code: 'store/outbox-full' });
});

test('[OBX41] an entry in memory waits behind those of its lane that the disk holds, and behind those that change its document on the side', async () => {
  const world = createVolatileWorld();
  const [page, engineless] = [world.openPage(), world.openPage()];
  const first = await written(world, engineless, 'o1');
  const aside = { also: [{ collection: 'orders', docId: 'o3', patch: { notes: 'aside' } }] };
  await engineless.write('o2', aside);
  const sixth = await written(world, engineless, 'o6');
  world.disk.become('full');
  const behind = await written(world, page, 'o1');
  const behindSide = await written(world, page, 'o3');
  const sideOfSixth = await page.write('o4', { also: [{ collection: 'orders', docId: 'o6', patch: { notes: 'x' } }] });
  const free = await written(world, page, 'o5');
  await world.pass(2_000);
  expect(ids(world)).toEqual([free.id]);
  world.disk.become('well');
  world.startEngine();
  await world.pass(20_000, 500);
  const order = ids(world);
  expect(order.indexOf(behind.id)).toBeGreaterThan(order.indexOf(first.id));
  expect(order.indexOf(sideOfSixth.id)).toBeGreaterThan(order.indexOf(sixth.id));
  expect(order).toContain(behindSide.id);
  expect(order).toHaveLength(7);
});

test('[OBX41] what the disk held when it was last read counts while it can not be; a disk that was never read is waited for one minute', async () => {
  const known = createVolatileWorld();
  const page = known.openPage();
  await page.rows.list();
  await written(known, page, 'o1');
  known.disk.become('gone');
  const behind = await written(known, page, 'o1');
  expect(await page.states()).toHaveLength(2);
  await known.pass(120_000, 5_000);
  expect(ids(known)).not.toContain(behind.id);

  const unknown = createVolatileWorld();
  unknown.disk.become('gone');
  const other = await written(unknown, unknown.openPage(), 'o1');
  await unknown.pass(50_000, 5_000);
  expect(ids(unknown)).toEqual([]);
  await unknown.pass(40_000, 5_000);
  expect(ids(unknown)).toEqual([other.id]);
});

test('[OBX41] a write behind one that waits in memory goes there too, although the disk takes it again', async () => {
  const world = createVolatileWorld();
  const page = world.openPage();
  world.becomeNet('deaf');
  world.disk.become('full');
  const first = await written(world, page, 'o1');
  world.disk.become('well');
  const second = await written(world, page, 'o1');
  expect(second.isDurable).toBe(false);
  await world.pass(6_000, 500);
  expect((await world.disk.rows.list()).entries.map(({ id }) => id)).toEqual([first.id, second.id]);
});

test('[OBX41] it demands the version that the lane’s own acknowledgements on the disk reach', async () => {
  const world = createVolatileWorld();
  const page = world.openPage();
  const original = { version: 3, doc: { notes: 'before' } };
  world.startEngine();
  await page.write('o1', { original });
  await world.pass(500);
  world.disk.become('full');
  await page.write('o1', { original });
  await world.pass(500);
  expect(world.server.tape.map(({ ifMatch }) => ifMatch)).toEqual([3, 4]);
});

test('[OBX40] a conflict that settles itself does so in memory, and its successor comes to the disk in its place', async () => {
  const world = createVolatileWorld();
  const page = world.openPage();
  const { handle } = world.server;
  const current = { collection: 'orders', id: 'o1', version: 5, doc: { notes: 'before', price: 9 } };
  world.server.handle = (request) => {
    if (request.ifMatch !== 3) return handle(request);
    world.becomeNet('deaf');
    return answer(412, 'write/stale', { problem: { current } });
  };
  world.disk.become('full');
  await page.write('o1', { original: { version: 3, doc: { notes: 'before', price: 5 } } });
  await page.write('o1');
  await world.pass(1_000);
  world.disk.become('well');
  await world.pass(8_000, 500);
  const { entries } = await world.disk.rows.list();
  expect(entries.map(({ supersedes }) => supersedes !== null)).toEqual([true, false]);
  world.becomeNet('well');
  world.startEngine();
  await world.pass(3_000, 500);
  expect(world.server.tape.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
  expect(world.server.tape[0]?.ifMatch).toBe(5);
});

test('[OBX42] stored although it was reported as failed: one row, which becomes what came of it in memory', async () => {
  const { deps } = makeIndexedDb();
  const disk = await openOutboxRows(deps, forever);
  let isLying = true;
  const lying = async (...asked: Parameters<typeof disk.append>) => {
    const stored = await disk.append(...asked);
    if (isLying) throw new SyncError('store/failed', 'not true');
    return stored;
  };
  const rows = createVolatileRows({ disk: { ...disk, append: lying }, picture: null, clock: realClock, waitMs: 3_000, bounds: ENTRY_POLICY });
  const names = await Promise.all([rows.append(entryOf({ id: 'over' }), ENTRY_POLICY), rows.append(entryOf({ id: 'tried' }), ENTRY_POLICY)]);
  isLying = false;
  // Tried twice from here; one of the two was done.
  await rows.own.change(names, (found) =>
    found.map((entry) => {
      const sent = stepEntry(entry, { type: 'send', since: null }, 5);
      return stepEntry(sent, { type: 'answered', attempt: 1, runNo: null, answer: answerOf(entry.id === 'over' ? 200 : 0) }, 6);
    }),
  );
  expect(await rows.settle()).toBe(1);
  const { entries } = await disk.list();
  expect(entries.map(({ id, state, attempt, sentAt }) => [id, state, attempt, sentAt])).toEqual([
    ['over', 'acked', 1, 5],
    ['tried', 'waiting', 1, 5],
  ]);
  // One that an engine has finished meanwhile is not brought back.
  await rows.keep(entryOf({ id: 'over' }), ENTRY_POLICY);
  await rows.settle();
  expect((await disk.list()).entries.map(({ id, state }) => [id, state])).toEqual([
    ['over', 'acked'],
    ['tried', 'waiting'],
  ]);
  disk.close();
});

test('[OBX42] who reads while an entry moves to the disk finds it in one of the two places', async () => {
  const world = createVolatileWorld();
  const disk = world.disk.guarded;
  const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
  let waitFor = Promise.resolve();
  const slow = {
    ...disk,
    async list() {
      const found = await disk.list();
      await waitFor;
      return found;
    },
  };
  const rows = createVolatileRows({ disk: slow, picture: null, clock: world.clock, waitMs: 3_000, bounds: ENTRY_POLICY });
  await rows.keep(entryOf({ id: 'a' }), ENTRY_POLICY);
  await rows.settle();
  await rows.keep(entryOf({ id: 'b' }), ENTRY_POLICY);
  waitFor = isRead;
  const listed = rows.list();
  await world.pass(100);
  waitFor = Promise.resolve();
  expect(await rows.settle()).toBe(1);
  read();
  expect((await listed).entries.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('[OBX42] cut at every call of the disk while entries move there: what came to the disk is done once and in order, and what didn’t is gone with its page', async () => {
  const play = async (at: number, how: 'before' | 'after') => {
    const world = createVolatileWorld();
    const page = world.openPage();
    world.becomeNet('mute');
    world.disk.become('full');
    const made = [await written(world, page, 'o1'), await written(world, page, 'o1'), await written(world, page, 'o2')];
    await world.pass(1_000);
    world.disk.become('well');
    world.disk.cutAt(at, how, () => page.life.abort());
    await world.pass(10_000, 500);
    const calls = world.disk.calls();
    const stored = (await world.disk.rows.list()).entries.map(({ id }) => id);
    const begun = ids(world);
    world.disk.cutAt(Infinity, 'before', () => {});
    world.becomeNet('well');
    world.startEngine();
    await world.pass(5_000, 500);
    const done = ids(world);
    expect(new Set(done).size, `${how} ${at}: each once`).toBe(done.length);
    expect(done.toSorted(), `${how} ${at}: what was stored or sent`).toEqual([...new Set([...stored, ...begun])].toSorted());
    const lane = made.slice(0, 2).map(({ id }) => id);
    expect(
      done.filter((id) => lane.includes(id)),
      `${how} ${at}: in order`,
    ).toEqual(lane.filter((id) => done.includes(id)));
    if (!page.life.signal.aborted) expect(done, `${how} ${at}: all`).toHaveLength(3);
    return calls;
  };
  const calls = await play(Infinity, 'before');
  expect(calls).toBeGreaterThan(6);
  for (let at = 1; at <= Math.min(calls, 25); at++) for (const how of ['before', 'after'] as const) await play(at, how);
});

test('[OBX43] where nothing is kept on the device a write without a network waits in its page, and is sent when there is one', async () => {
  const world = createVolatileWorld();
  const page = world.openPage(false);
  world.becomeNet('deaf');
  const first = await written(world, page, 'o1');
  const second = await written(world, page, 'o1');
  expect([first, second].map(({ isDurable }) => isDurable)).toEqual([false, false]);
  await world.pass(5_000);
  expect(ids(world)).toEqual([]);
  world.becomeNet('well');
  page.memory()?.kick('online');
  await world.pass(500);
  expect(ids(world)).toEqual([first.id, second.id]);
  expect(await page.states()).toEqual([`${first.id} acked`, `${second.id} acked`]);
});
