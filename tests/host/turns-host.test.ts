// Pages that take turns, without locks: one leads, whoever dies or stops is followed, and however many lead at once for a moment, one of them writes.
import { expect, test } from 'vitest';
import { COLLECTIONS } from '../model/world.ts';
import { createTurnsWorld, type TurnsPage, type TurnsWorld } from './turns-world.ts';

const living = (world: TurnsWorld): readonly TurnsPage[] => world.pages.filter((page) => !page.isGone());
const leading = (world: TurnsWorld): readonly TurnsPage[] => living(world).filter((page) => page.engines() > 0);

/** Writes and waits until all is quiet: what the server has, each page shows. */
async function settled(world: TurnsWorld, seconds = 12): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    world.write();
    await world.advance(1_000);
  }
  await world.advance(4_000);
  expect(world.checker.violations).toEqual([]);
  for (const { shown } of living(world)) for (const name of COLLECTIONS) expect(versions(shown.documents(name)), shown.name).toEqual(wanted(world, name));
}

const versions = (documents: ReadonlyMap<string, { readonly version: number }>) => [...documents].map(([id, { version }]) => `${id}:${version}`).toSorted();

function wanted({ tenant }: TurnsWorld, collection: string): string[] {
  const all = [...tenant.documents()].flatMap(([key, { version, doc }]) =>
    doc && key.startsWith(`${collection}/`) ? [`${key.split('/')[1]}:${version}`] : [],
  );
  return all.toSorted();
}

async function started(seed: number, pages: number): Promise<TurnsWorld> {
  const world = createTurnsWorld(seed);
  for (let page = 0; page < pages; page++) world.startPage();
  await settled(world);
  return world;
}

test('[TRN1] of several pages one leads and polls, and holds no stream; the others show the same', async () => {
  const world = await started(1, 3);
  expect(leading(world)).toHaveLength(1);
  expect(world.mostStreams()).toBe(0);
});

test('[TRN2] a page that closes or is frozen says so, and another leads within a second', async () => {
  const world = await started(2, 3);
  leading(world)[0]?.close();
  await world.advance(1_500);
  const [next] = leading(world);
  expect(leading(world)).toHaveLength(1);
  next?.freeze(true);
  await world.advance(1_500);
  expect(leading(world).filter((page) => page !== next)).toHaveLength(1);
  next?.thaw();
  await settled(world);
  expect(leading(world)).toHaveLength(1);
  expect(next?.engines()).toBe(0);
});

test('[TRN2] one that crashes or stops unheard is followed by a visible page after six seconds of silence; what thaws writes no more', async () => {
  const world = await started(3, 3);
  leading(world)[0]?.crash();
  await settled(world, 14);
  const [stopped] = leading(world);
  stopped?.freeze(false);
  await settled(world, 1).catch(() => {});
  await world.advance(13_000);
  expect(leading(world).filter((page) => page !== stopped)).toHaveLength(1);
  stopped?.thaw();
  await settled(world);
  expect(leading(world)).toHaveLength(1);
  expect(leading(world)[0]).not.toBe(stopped);
});

test('[TRN2] an engine that ends by itself is followed at once, by its own page where that is alone', async () => {
  const world = await started(5, 1);
  world.pages[0]?.lose();
  await world.advance(2_000);
  expect(leading(world)).toHaveLength(1);
  await settled(world);
});

test('[TRN3] pages that begin in the same moment, and cannot hear each other in time, end with one that leads', async () => {
  for (let seed = 10; seed < 20; seed++) {
    const world = createTurnsWorld(seed);
    for (let page = 0; page < 4; page++) world.startPage();
    await settled(world, 6);
    expect(leading(world)).toHaveLength(1);
  }
});

test('[TRN4] a page of a newer build asks for the turn and gets it; no older page begins another', async () => {
  for (let seed = 4; seed < 8; seed++) {
    const world = await started(seed, 3);
    const begun = (): number[] => world.pages.slice(0, 3).map((page) => page.begun());
    const before = begun();
    const newer = world.startPage('2');
    await settled(world);
    expect(leading(world)).toEqual([newer]);
    expect(begun()).toEqual(before);
  }
});

test('[TRN3] whatever pages do, in 24 schedules: one history, once and in order, one who leads at the end, never a stream', async () => {
  let overlaps = 0;
  for (let seed = 100; seed < 124; seed++) {
    const world = createTurnsWorld(seed);
    const { random, weather } = world;
    world.startPage();
    // A slow disk is what makes one write while the other claims.
    weather.slowChance = random.pick([0, 0.5]);
    for (let step = 0; step < 25; step++) {
      act(world, random.pick(random.chance(0.5) && leading(world).length > 0 ? leading(world) : living(world)));
      if (living(world).length === 0) world.startPage();
      for (let writes = random.int(6); writes >= 0; writes--) world.write();
      await world.advance(random.chance(0.2) ? 8_000 : random.int(1_500));
      overlaps += leading(world).length > 1 ? 1 : 0;
    }
    for (const page of living(world)) {
      page.thaw();
      page.show();
    }
    weather.slowChance = 0;
    await settled(world, 16);
    expect(leading(world), `seed ${seed}`).toHaveLength(1);
    expect(world.mostStreams()).toBe(0);
  }
  // Else nothing was tried.
  expect(overlaps).toBeGreaterThan(8);
});

function act(world: TurnsWorld, page: TurnsPage | undefined): void {
  const { random } = world;
  const what = random.int(10);
  if (living(world).length < 4 && what < 3) world.startPage();
  else if (what === 3) page?.close();
  else if (what === 4) page?.crash();
  else if (what === 5 || what === 9) page?.freeze(random.chance(0.3));
  else if (what === 6) page?.thaw();
  else if (what === 7) page?.hide();
  else if (what === 8) page?.show();
}
