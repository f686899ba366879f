// Position, run and resync of the real product code under a seeded world: see world.ts for the world and history-checker.ts for the rules.
import { expect, test } from 'vitest';
import { actionsOf, explain, runSchedule } from './log-model.ts';
import { MUTANTS } from './mutants.ts';
import { runSeeds, seedsOf, timeoutFor } from './run-seeds.ts';

const SEEDS = seedsOf(0, 2);

/** Seeds that found something, by what they found. They stay. */
const FOUND: readonly [seed: number, what: string][] = [
  [776, 'a stale document whose engine died before it was fetched stayed stale for good'],
  [2459, 'a document that came whole while its collection was read from disk was lost again'],
  [505_168, 'the end was judged while a page had yet to hear of the new run, which shows the same'],
  [509_028, 'what a page showed while the answer of a read was on its way counted as shown under the run of the answer'],
  [528_651, 'the same, of a page that nobody had looked at in between'],
  [614_777, 'a document that came whole, but from before the change that was lacking, counted as whole'],
  [623_507, 'events of one run were folded into documents that had been read in the next one'],
  [2904, 'a stale document waited for another event where the frame that mended it was lost'],
  [20_282_330, 'a stream that was opened before a poll moved the cursor was believed about a log that was no longer there'],
];

test('[MODEL1] every rule holds for every schedule (first half)', () => runSeeds(SEEDS), timeoutFor(SEEDS));

test.each(FOUND)('[MODEL1] found by seed %i: %s', async (seed) => {
  expect((await runSchedule(seed)).violations).toEqual([]);
});

/** More than twice what the slowest needs. */
const MUTANT_SEEDS = 150;

test.each(MUTANTS)('[MODEL2] each mutant is caught: $defect ($rule)', { timeout: 60_000 }, async ({ rule, variant }) => {
  for (let seed = 1; seed <= MUTANT_SEEDS; seed++) {
    const { violations } = await runSchedule(seed, variant);
    if (violations.some((violation) => violation.rule === rule)) return;
  }
  expect.fail(`no violation of ${rule} in ${MUTANT_SEEDS} seeds`);
});

test('[MODEL3] a failure names its seed and a schedule that is shorter and fails the same way', { timeout: 60_000 }, async () => {
  const mutant = MUTANTS.find(({ rule }) => rule === 'R12');
  const seed = await firstCaught(mutant?.variant ?? {}, 'R12');
  const text = await explain(seed, { rule: 'R12', where: '', detail: '' }, mutant?.variant);
  expect(text).toContain(`SEED=${seed} `);
  expect(text).toMatch(/R12 disk: /);
  const schedule = /schedule: (.*)/.exec(text)?.[1]?.split(', ') ?? [];
  expect(schedule.length).toBeLessThan(actionsOf(seed).length);
});

test('[MODEL3] one seed is one history: run twice, it ends the same way at the same time', async () => {
  for (const seed of [3, 14, 159]) {
    const [first, second]: string[][] = [[], []];
    const a = await runSchedule(seed, {}, actionsOf(seed), (line) => first?.push(line));
    const b = await runSchedule(seed, {}, actionsOf(seed), (line) => second?.push(line));
    expect(first).toEqual(second);
    expect(a).toEqual(b);
    expect(first?.length).toBeGreaterThan(20);
  }
});

async function firstCaught(variant: Parameters<typeof runSchedule>[1], rule: string): Promise<number> {
  for (let seed = 1; ; seed++) {
    const { violations } = await runSchedule(seed, variant);
    if (violations.some((violation) => violation.rule === rule)) return seed;
  }
}
