// What happens to the simulated world and when, drawn from one seed before anything runs, so that a failing schedule can be shrunk by leaving
// actions out. Each action carries a number of its own for what is left to chance in it.
import type { SeededRandom } from '../support/seeded-random.ts';

/** Relative weight of each kind of action; what isn't a write is a fault. */
const WEIGHTS = {
  write: 30,
  burst: 2,
  'silent-bump': 2,
  cut: 3,
  outage: 1,
  noise: 4,
  resync: 1,
  rotate: 1,
  expire: 1,
  'restore-same': 1,
  'restore-new': 1,
  'fail-commits': 2,
  'fail-reads': 1,
  'fail-reset': 1,
  'slow-disk': 1,
  'crash-engine': 2,
  'freeze-engine': 2,
  'second-engine': 1,
  'clock-jump': 1,
  'freeze-page': 3,
  'busy-page': 2,
  'reload-page': 2,
  'late-page': 1,
} as const;

/** Faults of the connection: in half of the schedules, and drawn after the others, so that these stay what they were. */
const OF_CONNECTION = ['mute-proxy', 'mute-proxy', 'portal', 'unavailable', 'token-expiry', 'choose-polling'] as const;

/** What moves polls: in half of the schedules, and drawn after those. */
const OF_POLLS = ['nudges', 'nudges', 'crowd'] as const;

export type ActionKind = keyof typeof WEIGHTS | (typeof OF_CONNECTION)[number] | (typeof OF_POLLS)[number];

export interface Action {
  /** Ms from the start. */
  readonly at: number;
  readonly kind: ActionKind;
  readonly seed: number;
}

const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array<ActionKind>(weight).fill(kind as ActionKind));
const SPAN_MS = 9_000;

/**
 * Between 20 and 60 actions over some seconds, in order of time. A document fetched whole may be ahead of the log; when a server restored
 * under its old epoch then loses that very state, nothing on the wire tells (docs/decisions/0001): the two faults never share a schedule.
 */
export function planSchedule(random: SeededRandom): Action[] {
  const count = 20 + random.int(40);
  const actions = Array.from({ length: count }, (): Action => ({ at: random.int(SPAN_MS), kind: random.pick(KINDS), seed: random.int(2 ** 30) }));
  for (let left = random.chance(0.5) ? 1 + random.int(5) : 0; left > 0; left--)
    actions.push({ at: random.int(SPAN_MS), kind: random.pick(OF_CONNECTION), seed: random.int(2 ** 30) });
  for (let left = random.chance(0.5) ? 1 + random.int(4) : 0; left > 0; left--)
    actions.push({ at: random.int(SPAN_MS), kind: random.pick(OF_POLLS), seed: random.int(2 ** 30) });
  const isForked = actions.some(({ kind }) => kind === 'restore-same');
  return actions.filter(({ kind }) => !isForked || kind !== 'silent-bump').toSorted((a, b) => a.at - b.at);
}

/** One line that says what a schedule does. */
export function tellSchedule(actions: readonly Action[]): string {
  return actions.map(({ at, kind, seed }) => `${at} ${kind}#${seed}`).join(', ');
}
