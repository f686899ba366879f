// @vitest-environment happy-dom
// A page that a server rendered: hydrated without a word in the console, with the documents that came with it until the device has its own.
import { act } from '@testing-library/react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { SyncManagerProvider, useCollection, useConnectionHealth, useSyncManager, useWashingBaySync, type InitialSnapshot } from '@/lib/sync';
import { createMockEventSource } from '@/lib/sync/testing';
import { mayBeOf } from '../../src/client/documents/initial-snapshot.ts';
import { seedFor } from '../../src/client/documents/seed.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(() => void (document.body.innerHTML = ''));

const job = {
  id: 'j1',
  orderId: 'o1',
  bayId: 'bay-1',
  step: 'washing',
  state: 'active',
  startedAt: '2026-01-01T08:00:00Z',
  finishedAt: null,
  targetMinutes: 30,
  crew: [],
};
const initial: InitialSnapshot = {
  cursor: 'e1_0000000000000007_0000000a',
  collections: { orders: [{ id: 'o1', version: 3, doc: { plate: 'CAR-1' } }], jobs: [{ id: 'j1', version: 1, doc: job }] },
};

function Orders() {
  const { documents, isLoading } = useCollection('orders');
  const { activeJobs } = useWashingBaySync('bay-1');
  const { connectionState } = useSyncManager();
  const { label } = useConnectionHealth();
  return (
    <p>
      {JSON.stringify([[...documents.values()].map(({ doc, version }) => [doc?.['plate'], version]), activeJobs.length, isLoading, connectionState, label])}
    </p>
  );
}

function Page({ factory }: { readonly factory: ReturnType<typeof createMockEventSource> }) {
  return (
    <SyncManagerProvider initialSnapshot={initial} eventSourceFactory={factory} enablePersistence={false}>
      <Orders />
    </SyncManagerProvider>
  );
}

test('[SYD10] what a server rendered from initialSnapshot is what hydration finds: the documents, and no console error', async () => {
  const factory = createMockEventSource();
  const errors = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
  const recovered: unknown[] = [];
  const root = document.createElement('div');
  root.innerHTML = renderToString(
    <SyncManagerProvider initialSnapshot={initial}>
      <Orders />
    </SyncManagerProvider>,
  );
  const before = root.textContent;
  expect(JSON.parse(before)).toEqual([[['CAR-1', 3]], 1, false, 'disconnected', 'Connecting']);
  document.body.append(root);
  const hydrated = await act(async () => hydrateRoot(root, <Page factory={factory} />, { onRecoverableError: (error) => recovered.push(error) }));
  expect(recovered).toEqual([]);
  for (const error of errors) expect(error).not.toHaveBeenCalled();
  expect(factory.instances).toHaveLength(1);
  await act(async () => hydrated.unmount());
});

test('[SYD10] a snapshot that names nobody is of the first whom the server names, and begins no data of a person whom only the disk knows', () => {
  const me = { tenant: 't', user: 'u', scopeId: 'mine' };
  const other = { ...me, user: 'another', scopeId: 'other' };
  const shown = (renderedFor: string | null) => [null, me, other].map((session) => mayBeOf(initial, session, renderedFor));
  expect(shown(null)).toEqual([true, true, true]);
  expect(shown('mine')).toEqual([false, true, false]);
  expect(shown('')).toEqual([false, false, false]);
  const named = { ...initial, tenant: 't', user: 'u' };
  expect([null, me, other].map((session) => mayBeOf(named, session, 'other'))).toEqual([true, true, false]);
  expect(seedFor(initial, me, false)).toBeUndefined();
  expect(seedFor(named, me, false)).toBeDefined();
});

test('[SYD10] a snapshot that names another person is nobody’s seed', () => {
  const me = { tenant: 't', user: 'u' };
  expect(seedFor(initial, me, true)).toMatchObject({
    cursor: initial.cursor,
    documents: [{ collection: 'orders', id: 'o1', version: 3 }, { collection: 'jobs' }],
  });
  expect(seedFor({ ...initial, ...me }, me, true)).toBeDefined();
  expect(seedFor({ ...initial, ...me, user: 'another' }, me, true)).toBeUndefined();
  expect(seedFor({ ...initial, ...me, tenant: 'another' }, me, true)).toBeUndefined();
  expect(seedFor(undefined, me, true)).toBeUndefined();
});
