// Writes while the disk fails, over schedules that a seed makes: the disk fills up, goes, falls silent or lies, pages and engines die, requests get lost.
// SEED=7 repeats one, VOLATILE_RUNS=n takes n.
import { expect, test } from 'vitest';
import { isEnded } from '../../src/core/entry.ts';
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts';
import { createVolatileWorld, type DiskMode, type NetMode, type VolatileWorld, type WritingPage } from './volatile-world.ts';

const RUNS = Number(process.env['VOLATILE_RUNS'] ?? 25);
const ORDERS = ['o1', 'o2', 'o3'];
const READABLE: readonly DiskMode[] = ['well', 'full', 'liar'];
const ANY: readonly DiskMode[] = [...READABLE, 'gone', 'silent'];

interface Promised {
  readonly id: string;
  readonly docId: string;
  readonly isDurable: boolean;
  readonly page: WritingPage;
}

interface Play {
  readonly world: VolatileWorld;
  readonly chance: SeededRandom;
  readonly modes: readonly DiskMode[];
  readonly promised: Promised[];
  pages: WritingPage[];
}

async function step({ world, chance, modes, promised, pages }: Play): Promise<void> {
  const page = chance.pick(pages);
  const what = chance.int(10);
  if (what < 4) {
    const docId = chance.pick(ORDERS);
    const written = await world.during(page.write(docId));
    if (written) promised.push({ ...written, docId, page });
  } else if (what === 4) world.disk.become(chance.pick(modes));
  else if (what === 5) world.becomeNet(chance.pick<NetMode>(['well', 'well', 'deaf', 'mute']));
  else if (what === 6) world.startEngine();
  else if (what === 7 && chance.chance(0.3)) page.life.abort();
  await world.pass(chance.int(2) === 0 ? 300 : 4_000, 200);
}

/** Nothing that a living page was promised is missing from what it shows, at any moment; what was done may be forgotten after two minutes. */
async function expectShown({ world, promised, pages }: Play, where: string): Promise<void> {
  const done = new Set(world.server.tape.map(({ id }) => id));
  for (const page of pages.filter(({ life }) => !life.signal.aborted)) {
    const states = await world.during(page.states());
    const waiting = promised.filter((one) => one.page === page && !done.has(one.id));
    for (const { id } of states ? waiting : []) expect(states?.join(), `${where}: ${id} is shown`).toContain(id);
  }
}

async function heal({ world, pages }: Play): Promise<void> {
  world.becomeNet('well');
  world.disk.become('well');
  world.startEngine();
  await world.pass(60_000, 500);
  for (const page of pages.filter(({ life }) => !life.signal.aborted))
    expect(page.memory()?.size() ?? 0).toBe(page.memory() ? overIn(await page.rows.list(), page) : 0);
}

/** What is over may stay until nobody needs it. */
function overIn({ entries }: Awaited<ReturnType<WritingPage['rows']['list']>>, page: WritingPage): number {
  return entries.filter((entry) => page.rows.inMemory(entry.id) && isEnded(entry)).length;
}

function judge({ world: { server }, promised }: Play, isReadable: boolean, where: string): void {
  const at = new Map(server.tape.map(({ id }, index) => [id, index]));
  expect(at.size, `${where}: each at most once`).toBe(server.tape.length);
  const kept = promised.filter(({ isDurable, page }) => isDurable || !page.life.signal.aborted);
  for (const { id } of kept) expect(at.has(id), `${where}: ${id} was done`).toBe(true);
  promised.forEach((later, index) => {
    for (const earlier of promised.slice(0, index)) {
      const isOrdered = earlier.docId === later.docId && (earlier.page === later.page || (isReadable && earlier.isDurable));
      const [first, second] = [at.get(earlier.id), at.get(later.id)];
      if (isOrdered && first !== undefined && second !== undefined) expect(first, `${where}: ${earlier.id} before ${later.id}`).toBeLessThan(second);
    }
  });
}

async function playVolatile(seed: number): Promise<void> {
  const chance = createSeededRandom(seed);
  const isReadable = chance.chance(0.5);
  const world = createVolatileWorld(seed + 1);
  const play: Play = { world, chance, modes: isReadable ? READABLE : ANY, promised: [], pages: [world.openPage(), world.openPage()] };
  world.startEngine();
  for (let turn = 0; turn < 40; turn++) {
    play.pages = play.pages.map((page) => (page.life.signal.aborted && chance.chance(0.5) ? world.openPage() : page));
    if (play.pages.every(({ life }) => life.signal.aborted)) play.pages = [...play.pages, world.openPage()];
    await step({ ...play, pages: play.pages.filter(({ life }) => !life.signal.aborted) });
    await expectShown(play, `seed ${seed}, step ${turn}`);
  }
  await heal(play);
  judge(play, isReadable, `seed ${seed}`);
}

test(
  '[OBX42] whatever the disk does, each write is done once and in order, and is lost only with a page that said so',
  async () => {
    const seeds = process.env['SEED'] === undefined ? Array.from({ length: RUNS }, (_, index) => index + 1) : [Number(process.env['SEED'])];
    for (const seed of seeds) await playVolatile(seed);
  },
  60_000 + RUNS * 500,
);
