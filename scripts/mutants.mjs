// Deliberate defects, the rule that must find each, and the first seed in which it does: node scripts/mutants.mjs
// Two kinds: of the oracle's toy client (they test the judge), and of the product's own parts in the model (they test that the model sees anything).
import { requireNode } from './require-node.mjs';

await requireNode();
const { judge } = await import('../tests/support/history/judge.ts');
const { TOY_CONFIG, TOY_MUTANTS } = await import('../tests/model/oracle/toy-mutants.ts');
const { runToy } = await import('../tests/model/oracle/toy-world.ts');
const { runSchedule } = await import('../tests/model/log-model.ts');
const { MUTANTS } = await import('../tests/model/mutants.ts');

const TOY_SEEDS = 20;
const MODEL_SEEDS = 150;

const toys = Object.entries(TOY_MUTANTS).map(([mutant, rule]) => ({
  mutant,
  rule,
  seeds: TOY_SEEDS,
  violations: async (seed) => judge(runToy(seed, mutant), TOY_CONFIG).violations,
}));
const models = MUTANTS.map(({ defect, rule, variant }) => ({
  mutant: defect,
  rule,
  seeds: MODEL_SEEDS,
  violations: async (seed) => (await runSchedule(seed, variant)).violations,
}));

let missed = 0;
for (const [title, mutants] of Object.entries({ 'the toy client of the oracle': toys, 'the parts of the product, in the model': models })) {
  console.log(`\n${title}`);
  for (const { mutant, rule, seeds, violations } of mutants) {
    const seed = await firstSeed(violations, rule, seeds);
    if (seed === null) missed++;
    console.log(`  ${mutant.padEnd(66)} ${rule.padEnd(5)} ${seed === null ? `NOT FOUND in ${seeds} seeds` : `seed ${seed}`}`);
  }
}
const total = toys.length + models.length;
console.log(`\n${total - missed} of ${total} mutants are found by their rule`);
process.exitCode = missed === 0 ? 0 : 1;

async function firstSeed(violations, rule, most) {
  for (let seed = 1; seed <= most; seed++) if ((await violations(seed)).some((violation) => violation.rule === rule)) return seed;
  return null;
}
