// The way from one place to the next, with the browser's constructors replaced: names and generations of SharedWorkers, and what comes after them.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { BusMessage } from '../../src/protocol/frame.ts';
import { decodeHostInit, type HostInit } from '../../src/protocol/rpc.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable } from '../support/lock-table.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const names = scopeNames({ id: 's' });
const scope = { id: 's', baseUrl: '', tenant: 't', user: 'u', feed: '' };
/** The code of an elected page is loaded when it is needed. */
const WAIT = { timeout: 20_000 };

interface Made {
  readonly name: string;
  readonly inits: (HostInit | null)[];
  fail(): void;
}
let shared: Made[] = [];
let dedicated: (HostInit | null)[] = [];
let kept = new Map<string, string>();

class FakeSharedWorker extends EventTarget {
  readonly port: { start(): void; close(): void; postMessage(message: unknown): void };
  constructor(_url: string, { name }: { name: string }) {
    super();
    const made: Made = { name, inits: [], fail: () => this.dispatchEvent(new Event('error')) };
    this.port = { start: () => {}, close: () => {}, postMessage: (message) => void made.inits.push(decodeHostInit(message)) };
    shared.push(made);
  }
}

class FakeWorker extends EventTarget {
  postMessage(message: unknown): void {
    dedicated.push(decodeHostInit(message));
  }
  terminate(): void {}
}

beforeEach(() => {
  shared = [];
  dedicated = [];
  kept = new Map();
  vi.stubGlobal('SharedWorker', FakeSharedWorker);
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
});
afterEach(() => vi.unstubAllGlobals());

function createPage() {
  const clock = createVirtualClock();
  const failures: string[] = [];
  const table = createLockTable();
  const init = { scope, device: 'd', isDurable: true, auth: 'cookie', policy: {} } as const;
  const deps = { names, clock, locks: table.context(), post: () => {}, build: '1', retireMs: 1_000, init, wish: 'auto' } as const;
  const needs = { random: createSeededRandom(1), visibility: { isVisible: () => true, onChange: () => {} }, pingMs: 300 };
  const host = createHost({ ...deps, ...needs, failed: ({ code }) => failures.push(code) }, new AbortController().signal);
  return { host, clock, failures, table };
}

const beat = { v: 1, k: 'beat', engine: 'e', term: 1, phase: 'live', build: '1', host: 'shared' } as BusMessage;

test('[TKO2] a silent SharedWorker is followed by the next generation, whose engine steals; who comes later is told its name', () => {
  const { host } = createPage();
  host.start();
  expect(host.nextGeneration()).toBe(1);
  host.replace();
  expect(shared.map(({ name }) => name)).toEqual([names.worker(0), names.worker(1)]);
  expect(shared.map(({ inits }) => inits[0]?.isStealing)).toEqual([false, true]);
  createPage().host.start();
  expect(shared.at(-1)?.name).toBe(names.worker(1));
});

test('[TKO2] a page that hears the claim of another joins the new generation when it lives, so that it does not end with its maker', () => {
  const { host } = createPage();
  host.start();
  host.hear({ v: 1, k: 'claim', page: 'p', engine: 'e', generation: 1 });
  expect(shared).toHaveLength(1);
  host.hear(beat);
  host.hear(beat);
  expect(shared.map(({ name }) => name)).toEqual([names.worker(0), names.worker(1)]);
  expect(shared[1]?.inits[0]?.isStealing).toBe(false);
});

test('[CHO3] a SharedWorker that fails twice, or whose successor is never heard, is given up for an elected page', async () => {
  const failing = createPage();
  failing.host.start();
  shared[0]?.fail();
  failing.clock.advance(1_000);
  expect(shared[1]?.name).toBe(names.worker(1));
  shared[1]?.fail();
  expect(failing.failures).toEqual(['host/gone', 'host/gone']);
  expect(failing.host.choice()).toEqual({ kind: 'elected', reason: 'shared-worker-failed' });
  await vi.waitFor(() => expect(dedicated.map((init) => init?.host)).toEqual(['elected']), WAIT);

  const silent = createPage();
  silent.host.start();
  silent.host.replace();
  silent.host.replace();
  expect(silent.host.choice().kind).toBe('elected');
  await vi.waitFor(() => expect(dedicated).toHaveLength(2), WAIT);
});

test('[CHO3] one that was heard between its failures stays', () => {
  const { host, clock } = createPage();
  host.start();
  for (let round = 0; round < 5; round++) {
    shared.at(-1)?.fail();
    clock.advance(30_000);
    host.hear(beat);
  }
  expect(host.choice().kind).toBe('shared');
});
