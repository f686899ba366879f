// Volatile mode: what an engine and its pages do while the database of the device fails, and how they come back.
import { describe, expect, test } from 'vitest';
import { createReignWorld, type DiskState, type ReignWorld } from './reign-world.ts';

async function started(seed = 1, pages = 2): Promise<ReignWorld> {
  const world = createReignWorld(seed);
  world.startEngine();
  for (let page = 0; page < pages; page++) world.startPage();
  // Chunks of the engine load in real time, which a busy machine stretches: virtual time goes on until it is connected.
  for (const deadline = Date.now() + 30_000; world.lastBeat()?.report?.state !== 'connected' && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await world.advance(100);
  }
  for (let writes = 0; writes < 10; writes++) world.write('doc');
  await world.advance(1_000);
  expect(world.checker.violations).toEqual([]);
  expect(world.lastBeat()).toMatchObject({ durable: true, storage: null, report: { state: 'connected' } });
  expect(world.disagreement()).toBeNull();
  return world;
}

const diskMeta = async (world: ReignWorld) => (await world.database.open(new AbortController().signal).reader.read(null)).meta;

async function writeAndSettle(world: ReignWorld, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    world.write();
    await world.advance(1_000);
  }
}

describe('a database that fails', () => {
  test('[VOL1] [VOL2] a disk that stays full: the engine goes on in memory, says so by name, and leaves the committed cursor alone', async () => {
    const world = await started();
    const before = await diskMeta(world);
    world.setDisk('full');
    await writeAndSettle(world, 6);
    expect(world.lastBeat()).toMatchObject({ durable: false, phase: 'live', storage: { code: 'store/quota' }, report: { state: 'connected' } });
    expect(world.disagreement()).toBeNull();
    expect((await diskMeta(world)).cursor).toBe(before.cursor);
    expect(world.checker.violations).toEqual([]);
  });

  test('[VOL3] the database is back: one new run holds everything, and pages never see an older state', async () => {
    const world = await started();
    world.setDisk('full');
    await writeAndSettle(world, 6);
    const volatileTerm = world.lastBeat()?.term ?? 0;
    world.setDisk('well');
    await writeAndSettle(world, 8);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
    expect(world.lastBeat()?.term).toBeGreaterThan(volatileTerm);
    expect((await diskMeta(world)).cursor).toBe(world.tenant.head().cursor);
    expect(world.disagreement()).toBeNull();
    expect(world.checker.violations).toEqual([]);
  });

  test('[VOL3] it comes back without a network as well, with what the memory holds', async () => {
    const world = await started();
    world.setDisk('full');
    await writeAndSettle(world, 6);
    const held = world.tenant.head().cursor;
    world.network.isUp = false;
    world.network.cutAll();
    world.setDisk('well');
    await world.advance(12_000);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
    expect((await diskMeta(world)).cursor).toBe(held);
    expect(world.disagreement()).toBeNull();
  });

  test('[VOL3] a document that lacks a change is not put on disk as if it were whole', async () => {
    const world = await started();
    world.setDisk('full');
    await writeAndSettle(world, 6);
    expect(world.lastBeat()?.durable).toBe(false);
    const [key = ''] = [...world.tenant.documents().keys()];
    const [collection = '', id = ''] = key.split('/');
    world.tenant.bumpSilently(collection, id);
    world.tenant.append({ collection, id, kind: 'patch', now: 0 });
    world.network.flush();
    const isStale = (): boolean => (world.reign()?.standing().counters['staleDocuments'] ?? 0) > 0;
    for (let waited = 0; waited < 600 && !isStale(); waited++) await world.advance(1);
    world.network.isUp = false;
    world.network.cutAll();
    world.setDisk('well');
    await world.advance(12_000);
    expect([isStale(), world.lastBeat()?.durable]).toEqual([true, false]);
    world.network.isUp = true;
    await world.advance(60_000);
    expect(world.lastBeat()?.durable).toBe(true);
    expect(world.disagreement()).toBeNull();
    expect(world.checker.violations).toEqual([]);
  });

  test('[VOL1] a disk that stays silent in the middle of a reign is given five seconds', async () => {
    const world = await started();
    world.setDisk('silent');
    world.write();
    await world.advance(4_500);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
    await writeAndSettle(world, 4);
    expect(world.lastBeat()).toMatchObject({ durable: false, storage: { code: 'store/blocked' } });
    expect(world.disagreement()).toBeNull();
    world.setDisk('well');
    await writeAndSettle(world, 12);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
    expect(world.checker.violations).toEqual([]);
  });

  test('[VOL4] a failure that passes costs nothing but one reconnect', async () => {
    const world = await started();
    world.setDisk('full');
    world.write();
    await world.advance(60);
    world.setDisk('well');
    await writeAndSettle(world, 5);
    expect(world.beats.every(({ durable }) => durable)).toBe(true);
    expect(world.lastBeat()?.counters).toMatchObject({ commitFailures: 1 });
    expect(world.disagreement()).toBeNull();
  });

  test('[VOL4] a lost database is opened anew by the same engine, and filled by a snapshot', async () => {
    const world = await started();
    await world.advance(6_000);
    world.database.lose('closed');
    await writeAndSettle(world, 3);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null, engine: 'engine1', counters: { storeLost: 1 } });
    expect(world.lastBeat()?.counters['totalEvents']).toBeGreaterThan(10);
  });

  test('[VOL5] tries to come back every five seconds for a minute, then every thirty', async () => {
    const world = await started(1, 0);
    world.setDisk('refused');
    world.database.lose('closed');
    await world.advance(200_000);
    const silence = world.beats.filter(({ durable }) => !durable);
    expect(silence.length).toBeGreaterThan(50);
    world.setDisk('well');
    await world.advance(31_000);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
  });
});

describe('an engine that starts', () => {
  test.each<[DiskState, string]>([
    ['silent', 'store/blocked'],
    ['refused', 'store/unavailable'],
  ])('[VOL1] where the database is %s leads within three seconds, from a snapshot', async (state, code) => {
    const world = createReignWorld(3);
    for (let writes = 0; writes < 5; writes++) world.write('doc');
    world.setDisk(state);
    world.startEngine();
    expect(world.reign()?.heard(1_800_000_000_000)).toBe(false);
    world.startPage();
    await world.advance(5_000);
    expect(world.lastBeat()).toMatchObject({ durable: false, phase: 'live', storage: { code } });
    expect(world.lastBeat()?.term).toBeGreaterThan(1_800_000_000_000);
    expect(world.disagreement()).toBeNull();
    world.setDisk('well');
    await world.advance(10_000);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: null });
    expect(world.disagreement()).toBeNull();
  });

  test('[VOL6] without a network memory holds nothing, and pages keep to the disk', async () => {
    const world = await started();
    world.crashEngine();
    world.network.isUp = false;
    world.setDisk('refused');
    world.startEngine();
    await world.advance(6_000);
    expect(world.lastBeat()).toMatchObject({ durable: true, storage: { code: 'store/unavailable' } });
    expect(world.disagreement()).toBeNull();
  });
});

test('[VOL7] memory holds at most 2,000 events; who comes too late is told what is missing', async () => {
  const world = await started(2, 1);
  world.setDisk('full');
  await writeAndSettle(world, 6);
  expect(world.lastBeat()?.durable).toBe(false);
  world.pages[0]?.stop('frozen');
  for (let writes = 0; writes < 2_600; writes++) world.write();
  for (let waited = 0; waited < 20 && (world.lastBeat()?.counters['totalEvents'] ?? 0) < 2_600; waited++) await world.advance(5_000);
  expect(world.lastBeat()?.counters['logEvents']).toBeLessThanOrEqual(2_000);
  expect(world.lastBeat()?.counters['volatileShed']).toBeGreaterThan(500);
  world.pages[0]?.go();
  await world.advance(5_000);
  expect(world.disagreement()).toBeNull();
  expect(world.checker.violations).toEqual([]);
});

/** Seeds with faults of disk, network and engine in any order: [VOL8]. */
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);

test('[VOL8] whatever the disk does, no page gets an event twice, out of order, or not at all', async () => {
  for (const seed of SEEDS) {
    const world = createReignWorld(seed);
    world.startEngine();
    world.startPage();
    world.startPage();
    for (let step = 0; step < 30; step++) {
      act(world);
      await world.advance(world.random.int(1_500));
      expect(world.checker.violations, `seed ${seed}`).toEqual([]);
    }
    world.setDisk('well');
    world.network.isUp = true;
    world.pages.forEach((page) => page.go());
    for (let waited = 0; waited < 80 && (world.disagreement() !== null || world.lastBeat()?.durable === false); waited++) await world.advance(1_000);
    expect([world.disagreement(), world.lastBeat()?.durable, world.checker.violations], `seed ${seed}`).toEqual([null, true, []]);
  }
});

function act(world: ReignWorld): void {
  const { random, network } = world;
  const kind = random.int(14);
  if (kind < 6) for (let writes = random.int(4); writes >= 0; writes--) world.write();
  else if (kind < 9) world.setDisk(random.pick(['well', 'well', 'full', 'silent', 'refused']));
  else if (kind === 9) world.database.lose('closed');
  else if (kind === 10) network.cutAll();
  else if (kind === 11) network.isUp = !network.isUp;
  else if (kind === 12) random.pick(world.pages).stop(random.chance(0.5) ? 'frozen' : 'busy');
  else if (random.chance(0.7)) world.pages.forEach((page) => page.go());
  else {
    world.crashEngine();
    world.startEngine();
  }
}
