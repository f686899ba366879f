// The store's contract as tests, for every implementation: describeStore('memory', make) and describeStore('IndexedDB', make).
// Each sentence of src/store/contract.ts and each rule of docs/storage.md that isn't about IndexedDB itself is proved here.
import { describe } from 'vitest';
import { describeLife } from './store-life.ts';
import { describeReads } from './store-reads.ts';
import { describeRescue } from './store-rescue.ts';
import { describeSweeps } from './store-sweeps.ts';
import { describeWrites } from './store-writes.ts';
import type { MakeStore } from './store-harness.ts';

export type { Failure, MakeStore, StoreHarness } from './store-harness.ts';

export function describeStore(name: string, make: MakeStore): void {
  describe(name, () => {
    describeWrites(make);
    describeReads(make);
    describeSweeps(make);
    describeLife(make);
    describeRescue(make);
  });
}
