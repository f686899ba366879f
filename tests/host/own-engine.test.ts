// A worker that is kept ready: used by the next engine, given back otherwise, and never one that could not be loaded.
import { beforeEach, expect, test, vi } from 'vitest';
import { createWorkerPlace } from '../../src/host/own-engine.ts';
import type { HostInit } from '../../src/protocol/rpc.ts';

class FakeWorker extends EventTarget {
  readonly told: unknown[] = [];
  isTerminated = false;
  constructor() {
    super();
    workers.push(this);
  }
  postMessage(message: unknown): void {
    this.told.push(message);
  }
  terminate(): void {
    this.isTerminated = true;
  }
}
let workers: FakeWorker[] = [];
const init = { k: 'init' } as HostInit;
const nobody = { over: () => {}, broke: () => {} };

beforeEach(() => {
  workers = [];
  vi.stubGlobal('Worker', FakeWorker);
});

test('[TKO15] what was got ready is told nothing until an engine is wanted, and is used by that one alone', () => {
  const place = createWorkerPlace();
  place.prepare();
  place.prepare();
  expect(workers.map(({ told }) => told)).toEqual([[]]);
  place.spawn(init, nobody);
  place.discard();
  place.spawn(init, nobody);
  expect(workers.map(({ told, isTerminated }) => [told, isTerminated])).toEqual([
    [[init], false],
    [[init], false],
  ]);
});

test('[TKO15] what was got ready and is not needed is given back', () => {
  const place = createWorkerPlace();
  place.prepare();
  place.discard();
  expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true]);
});

test('[TKO15] a worker that could not be loaded while it waited is no place for an engine', () => {
  const place = createWorkerPlace();
  const broke: string[] = [];
  place.prepare();
  workers[0]?.dispatchEvent(new Event('error'));
  place.spawn(init, { ...nobody, broke: (why) => broke.push(why) });
  expect(workers.map(({ told, isTerminated }) => [told, isTerminated])).toEqual([
    [[], true],
    [[init], false],
  ]);
  workers[1]?.dispatchEvent(new Event('error'));
  expect(broke).toHaveLength(1);
});
