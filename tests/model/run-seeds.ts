// Runs many seeds and fails with what a person needs: the seed, the shrunk schedule, the last lines. SEED=7 runs one,
// SEED=7 SCHEDULES=n as many from there, SCHEDULES=n as many from 1;
// `npm test` takes some thousand, `npm run test:model` many more.
import { expect } from 'vitest';
import { explain, runSchedule } from './log-model.ts';

const { SEED = '', SCHEDULES = SEED === '' ? '2500' : '1' } = process.env;
const FIRST = Number(SEED || '1');

/** Seeds of one of `shards` equal parts: two files use both cores. */
export function seedsOf(shard: number, shards: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((Number(SCHEDULES) - shard) / shards)) }, (_, index) => FIRST + shard + index * shards);
}

/** Fails at the first seed that breaks a rule. */
export async function runSeeds(seeds: readonly number[]): Promise<void> {
  for (const seed of seeds) {
    const [violation] = (await runSchedule(seed)).violations;
    if (violation) expect.fail(`${violation.rule} broken, ${violation.where}: ${violation.detail}\n${await explain(seed, violation)}`);
  }
}

/** As long as it takes at a tenth of the measured speed, at least a minute. */
export function timeoutFor(seeds: readonly number[]): number {
  return Math.max(60_000, seeds.length * 100);
}
