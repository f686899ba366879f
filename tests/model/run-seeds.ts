// Runs many seeds and fails with what a person needs: the seed, the shrunk schedule, the last lines. SEED=7 runs one, SCHEDULES=n that many;
// `npm test` takes some thousand, `npm run test:model` many more.
import { expect } from 'vitest';
import { explain, runSchedule } from './log-model.ts';

const SCHEDULES = Number(process.env['SCHEDULES'] ?? 2_500);
const SEED = process.env['SEED'] === undefined ? null : Number(process.env['SEED']);

/** Seeds of one of `shards` equal parts: two files use both cores. */
export function seedsOf(shard: number, shards: number): number[] {
  if (SEED !== null) return shard === 0 ? Array.from({ length: Number(process.env['SCHEDULES'] ?? 1) }, (_, index) => SEED + index) : [];
  return Array.from({ length: Math.ceil((SCHEDULES - shard) / shards) }, (_, index) => 1 + shard + index * shards);
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
