// The write path over fast-check's happenings, and the mutants that it must catch. SEED=7 repeats one run, OUTBOX_RUNS=n takes n.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FOUND } from './found-stories.ts';
import { playOutbox, type Happening } from './outbox-model.ts';

const RUNS = Number(process.env['OUTBOX_RUNS'] ?? 2_000);
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };

/** Two orders, and the job that some writes make. */
const order = fc.constantFrom(0, 1, 0, 1, 7);
const field = fc.constantFrom('a' as const, 'b' as const);
const value = fc.integer({ min: 1, max: 9 });
const policy = fc.constantFrom('server' as const, 'optimistic' as const, 'merge' as const, 'manual' as const);
const user = fc.constantFrom('u1' as const, 'u2' as const);
const simple = (...names: Happening['do'][]) => fc.constantFrom(...names.map((name) => ({ do: name }) as Happening));

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), order, field, value, policy }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stage' as const), order: fc.nat(1), value, makes: fc.boolean(), policy }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('create' as const, 'bad' as const), order: fc.nat(2) }) },
  { weight: 6, arbitrary: simple('drain') },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('fly' as const), which: fc.nat(3), fate: fc.constantFrom('arrives', 'arrives', 'arrives', 'twice', 'lost') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('other-edits' as const), order, field, value }) },
  { weight: 2, arbitrary: simple('stale-drain', 'refresh-stale') },
  { weight: 3, arbitrary: simple('crash', 'flush', 'power-cut', 'sweep', 'snapshot', 'commit-snapshot', 'new-epoch') },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trouble' as const), status: fc.constantFrom(409, 503, 429, null) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('session' as const), user: fc.option(user) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('log-out' as const), unsent: fc.constantFrom('refuse', 'keep', 'discard') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sign-in' as const), user }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decide' as const), which: fc.nat(3), how: fc.constantFrom('mine', 'theirs', 'retry', 'discard') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 23, 25) }) },
);

const story = fc.array(happening, { minLength: 1, maxLength: 60, size: 'max' });

test('[OBX1] whatever happens, each write is done once, in its order, as its user, shown until it is done, and told of', () => {
  fc.assert(
    fc.property(story, (happenings) => {
      expect(playOutbox(happenings)).toEqual([]);
    }),
    { numRuns: RUNS, ...seed },
  );
});

test.each(FOUND)('[OBX1] found once: %s', (_, happenings) => expect(playOutbox(happenings)).toEqual([]));

/** Mutants of the write path, and the rules of which one must find each. */
const MUTANTS: readonly [mutant: string, rules: readonly string[]][] = [
  ['If-Match fixed at append', ['own conflict']],
  ['same id after a merge', ['liveness', 'R7']],
  ['overlay dropped by event id only', ['R10']],
  ['any answer = success', ['R7', 'R7s', 'R9', 'R10']],
  ['scope not checked', ['R7e']],
  ['lanes are not in order', ['R8']],
  ['earlier conflicts are forgotten', ['lost update']],
  ['lanes know no sides', ['R8']],
  ["the side is another's", ['own conflict']],
  ['sends what is too old', ['R7']],
  ['relaxed outbox', ['R7', 'R9']],
];

describe('[OBX2] each mutant is found by the rule that it breaks', () => {
  test.each(MUTANTS)('%s', (mutant, rules) => {
    const found = new Set<string>();
    fc.check(
      fc.property(story, (happenings) => {
        for (const { rule } of playOutbox(happenings, (name) => name === mutant)) found.add(rule);
        return !rules.some((rule) => found.has(rule));
      }),
      { numRuns: 5_000, endOnFailure: true, ...seed },
    );
    expect([...found]).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^(${rules.join('|')})$`))]));
  });
});
