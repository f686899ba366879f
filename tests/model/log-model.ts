// Runs one schedule of the simulated device to its end and judges it; shrinks one that fails. No timer of this machine takes part.
import { createSeededRandom } from '../support/seeded-random.ts';
import type { Rule, Violation } from './history-checker.ts';
import { planSchedule, tellSchedule, type Action } from './schedule.ts';
import type { Variant } from './variant.ts';
import { createWorld } from './world.ts';

export interface RunResult {
  /** Empty = the run kept every rule. */
  readonly violations: readonly Violation[];
  /** Virtual ms from healing until everything agreed. */
  readonly healedInMs: number;
}

const HEAL_LIMIT_MS = 120_000;
const LOOK_MS = 250;

/** Plays `actions` (default: those of `seed`), heals, waits for agreement, and checks the end. */
export async function runSchedule(
  seed: number,
  variant: Variant = {},
  actions: readonly Action[] = actionsOf(seed),
  trace: (line: string) => void = () => {},
): Promise<RunResult> {
  const world = createWorld(seed, variant, trace);
  const { checker } = world;
  for (const action of actions) {
    await world.advanceTo(action.at);
    if (checker.violations.length > 0) break;
    world.act(action);
  }
  const start = world.now();
  world.heal();
  let isAgreed = false;
  while (checker.violations.length === 0 && !isAgreed && world.now() - start < HEAL_LIMIT_MS) {
    await world.advanceTo(world.now() + LOOK_MS);
    isAgreed = (await world.disagreement()) === null;
  }
  if (checker.violations.length === 0 && !isAgreed) checker.report('R10', 'end', (await world.disagreement()) ?? 'late');
  if (checker.violations.length === 0) await world.verifyEnd();
  if (checker.violations.length === 0) checker.judgeTape();
  const result = { violations: [...checker.violations], healedInMs: world.now() - start };
  world.dispose();
  return result;
}

export function actionsOf(seed: number): Action[] {
  return planSchedule(createSeededRandom(seed ^ 0x5eed));
}

/** Leaves out one action after the other as long as the same rule still breaks. */
export async function shrink(seed: number, rule: Rule, variant: Variant = {}): Promise<Action[]> {
  let actions = actionsOf(seed);
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < actions.length;) {
      const fewer = actions.filter((_, index) => index < at || index >= at + size);
      const { violations } = await runSchedule(seed, variant, fewer);
      if (violations.some((violation) => violation.rule === rule)) actions = fewer;
      else at += size;
    }
  }
  return actions;
}

/** What a person needs to run it again: the seed, the shrunk schedule, and the last lines of what happened. */
export async function explain(seed: number, violation: Violation, variant: Variant = {}): Promise<string> {
  const actions = await shrink(seed, violation.rule, variant);
  const lines: string[] = [];
  const { violations } = await runSchedule(seed, variant, actions, (line) => lines.push(line));
  const told = violations.map(({ rule, where, detail }) => `  ${rule} ${where}: ${detail}`);
  return [
    `SEED=${seed} SCHEDULES=1 npm test -- --only model`,
    `schedule: ${tellSchedule(actions)}`,
    ...lines.slice(-40).map((line) => `  ${line}`),
    ...told,
  ].join('\n');
}
