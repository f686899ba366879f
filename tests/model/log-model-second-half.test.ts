// The other half of log-model.test.ts's seeds, in a file of its own so that two cores share the work.
import { test } from 'vitest';
import { runSeeds, seedsOf, timeoutFor } from './run-seeds.ts';

const SEEDS = seedsOf(1, 2);

test.skipIf(SEEDS.length === 0)('[MODEL1] every rule holds for every schedule (second half)', () => runSeeds(SEEDS), timeoutFor(SEEDS));
