// @vitest-environment happy-dom
// What components see of the cache: with and without a provider, before and after it is known who is signed in, and on a server.
import { act, cleanup, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Cache } from '../../src/cache/contract.ts';
import type { SyncManager } from '../../src/client/contract.ts';
import type { SessionState } from '../../src/client/session/session.ts';
import { createTopic } from '../../src/client/topic.ts';
import { createSubscriptions } from '../../src/client/documents/subscriptions.ts';
import { useCached, type CachedHook } from '../../src/lib/cache/index.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { counter, createWorld, SCOPE, type World } from '../cache/cache-world.ts';
import { eventAt } from '../support/sample-events.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const immediate = { notify: (tell: () => void) => tell() };
const held = vi.hoisted(() => ({ page: null as unknown, caches: null as unknown }));
vi.mock('../../src/react/provider.tsx', () => ({ usePageSyncIfAny: () => held.page, useManager: () => null }));
vi.mock('../../src/cache/page-caches.ts', () => ({
  pageCaches: {
    of: (scope: { id: string } | null) => (held.caches as Map<string, Cache>).get(scope?.id ?? ''),
    current: { subscribe: () => () => {}, getSnapshot: () => (held.caches as Map<string, Cache>).get('current') ?? null },
  },
}));

let world: World;
let seen: CachedHook<unknown>[];
const last = (): CachedHook<unknown> => seen.at(-1) ?? never();

function Shown({ name, ask }: { readonly name: string | null; readonly ask?: () => Promise<unknown> }) {
  // Another object and another closure at each render, as components write it.
  const cached = useCached(name, ask && (() => ask()), { ttl: 60_000, refreshInterval: 0 });
  seen.push(cached);
  return <p>{cached.isLoading ? 'loading' : String(cached.data)}</p>;
}

const later = (ms = 20): Promise<void> => act(() => world.advance(ms));

beforeEach(async () => {
  world = await createWorld();
  seen = [];
  held.page = null;
  held.caches = new Map([['current', world.tab().cache]]);
});
afterEach(cleanup);

test('[CAC11] without a provider: loading, then the data, then nothing more; another key is another answer', async () => {
  const server = counter();
  const shown = render(
    <StrictMode>
      <Shown name="orders" ask={() => server.fetcher('')} />
    </StrictMode>,
  );
  expect(last()).toMatchObject({ isLoading: true, data: undefined });
  await later();
  expect(shown.container.textContent).toBe('1');
  const renders = seen.length;
  await later(10_000);
  expect(seen).toHaveLength(renders);
  shown.rerender(<Shown name="jobs" ask={() => server.fetcher('')} />);
  expect(shown.container.textContent).toBe('loading');
  await later();
  expect(shown.container.textContent).toBe('2');
  shown.rerender(<Shown name="orders" ask={() => server.fetcher('')} />);
  await later();
  expect(shown.container.textContent).toBe('1');
  shown.rerender(<Shown name={null} />);
  expect(last().isLoading).toBe(true);
});

test('[CAC11] a failure is shown beside what is known; mutate asks again, or shows what it is given', async () => {
  let fails = true;
  render(<Shown name="orders" ask={() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('yes'))} />);
  await later();
  expect(last()).toMatchObject({ isLoading: false, error: new Error('no'), data: undefined });
  fails = false;
  await act(() => last().mutate());
  await later();
  expect(last()).toMatchObject({ data: 'yes', error: undefined });
  await later();
  await act(() => last().mutate('mine'));
  await later();
  expect(last().data).toBe('mine');
});

test('[CAC11] inside a provider: nothing before it is known who is there, then that user’s cache, which hears of events', async () => {
  const subscriptions = createSubscriptions(() => {});
  held.caches = new Map([[SCOPE.id, world.tab().cache]]);
  const manager = createTopic<SyncManager | null>(null, immediate);
  const session = createTopic<SessionState>({ phase: 'starting', session: null }, immediate);
  held.page = { manager, session, options: { enablePersistence: true } };
  const server = counter();
  render(<Shown name="orders-7:order.updated" ask={() => server.fetcher('')} />);
  await later();
  expect(server.asked()).toBe(0);
  act(() => manager.set({ ...NOBODY, scope: SCOPE, subscribe: subscriptions.add, onReset: subscriptions.onReset } as unknown as SyncManager));
  await later();
  expect(last().data).toBe(1);
  subscriptions.deliver([{ ...eventAt(4), orderID: '7' }]);
  await later(60);
  await later();
  expect(last().data).toBe(2);
  act(() => manager.set(null));
  expect(last().data).toBeUndefined();
  act(() => session.set({ phase: 'signed-out', session: null }));
  await later();
  expect(last()).toMatchObject({ data: undefined, isLoading: true });
  expect(server.asked()).toBe(2);
});

test('[CAC11] without a fetcher the key is a URL', async () => {
  const ofUrl = vi.fn(() => Promise.resolve({ id: 1 }));
  const [cache] = (held.caches as Map<string, Cache>).values();
  held.caches = new Map([['current', { ...(cache ?? never()), ofUrl }]]);
  render(<Shown name="/api/v1/orders/1" />);
  await later();
  expect(last().data).toEqual({ id: 1 });
  expect(ofUrl).toHaveBeenCalledWith('/api/v1/orders/1');
});

test('[CAC11] on a server it is loading, and asks nobody', () => {
  held.caches = new Map();
  expect(renderToString(<Shown name="orders" />)).toBe('<p>loading</p>');
});

function never(): never {
  throw new Error('Nothing was rendered');
}
