// A page that reads a disk which a stopped engine holds: it is not kept waiting once the engine goes on in memory.
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { createPageStore } from '../../src/client/page-store.ts';
import type { EngineLink } from '../../src/client/engine-link.ts';
import { POLICY } from '../../src/core/policy.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const scope = { id: 's', baseUrl: 'b', tenant: 't', user: 'u', feed: '' };

test('[TKO10] a read that waits for the disk fails when the engine says that it goes on in memory, and the next one asks the engine', async () => {
  const clock = createVirtualClock();
  let isDurable = true;
  const link = { isDurable: () => isDurable, call: () => Promise.resolve('from the engine') } as unknown as EngineLink;
  // Opening never answers: what a database does whose stores are held.
  const indexedDB = new IDBFactory();
  indexedDB.open = () => new EventTarget() as unknown as IDBOpenDBRequest;
  const { reader } = createPageStore({ indexedDB, clock, policy: POLICY, name: 'n', scope, link }, () => {}, new AbortController().signal);
  let end: unknown = null;
  reader.read(null).then(
    () => (end = 'read'),
    (error: unknown) => (end = error),
  );
  clock.advance(1_000);
  await settled();
  expect(end).toBeNull();
  isDurable = false;
  clock.advance(500);
  await settled();
  expect(end).toMatchObject({ code: 'store/blocked', retryable: true });
  expect(await reader.read(null)).toBe('from the engine');
});
