// The judge against the toy: nothing to say about the right client under every fault, and every mutant found by the rule that the oracle names.
import { expect, test } from 'vitest';
import { judge } from '../../support/history/judge.ts';
import { runToy } from './toy-world.ts';
import { TOY_CONFIG, TOY_MUTANTS, type MutantName } from './toy-mutants.ts';

const CALM_SEEDS = 50;
const MUTANT_SEEDS = 20;

test('[HIS4] the judge has nothing to say about a right client under every fault, in 50 seeds', { timeout: 120_000 }, () => {
  for (let seed = 1; seed <= CALM_SEEDS; seed++) {
    const { violations, vacuous } = judge(runToy(seed), TOY_CONFIG);
    expect(violations.slice(0, 5), `seed ${seed}`).toEqual([]);
    expect(vacuous, `seed ${seed}`).toEqual([]);
  }
});

test.each(Object.entries(TOY_MUTANTS))('[HIS5] %s is found by %s within 20 seeds', { timeout: 120_000 }, (name, rule) => {
  for (let seed = 1; seed <= MUTANT_SEEDS; seed++)
    if (judge(runToy(seed, name as MutantName), TOY_CONFIG).violations.some((violation) => violation.rule === rule)) return;
  expect.fail(`no ${rule} in ${MUTANT_SEEDS} seeds`);
});
