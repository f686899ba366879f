// When a page asks the browser to wake the service worker, and that it never fails where there is none.
import { afterEach, expect, test, vi } from 'vitest';
import { createBackgroundSync } from '../../src/client/writes/background-sync.ts';

const scope = { id: '0123456789abcdef', baseUrl: '', tenant: 't', user: 'u', feed: '' };
let life: AbortController;

afterEach(() => life.abort());

async function load({ onLine = true, hasUnsent = true, serviceWorker }: { onLine?: boolean; hasUnsent?: boolean; serviceWorker?: object | null } = {}) {
  life = new AbortController();
  const tags: string[] = [];
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const register = (tag: string) => (tags.push(tag), Promise.reject(new Error('forbidden')));
  const registered = serviceWorker === undefined ? { ready: Promise.resolve({ sync: { register } }) } : serviceWorker;
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { onLine, ...(registered ? { serviceWorker: registered } : {}) });
  const sync = createBackgroundSync(scope, () => hasUnsent, life.signal);
  await Promise.resolve();
  const show = (state: 'visible' | 'hidden') => {
    page.visibilityState = state;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  return { sync, tags, show };
}

test('[SWO9] a write made without a network asks for a wake-up under the name of its outbox; one made with it does not', async () => {
  const offline = await load({ onLine: false });
  offline.sync.note();
  expect(offline.tags).toEqual(['holdfast:0123456789abcdef:outbox']);
  const online = await load();
  online.sync.note();
  expect(online.tags).toEqual([]);
});

test('[SWO9] a page that is put aside asks for it where something is unsent, and no more once it has ended', async () => {
  const { tags, show } = await load();
  show('hidden');
  show('visible');
  expect(tags).toHaveLength(1);
  life.abort();
  show('hidden');
  expect(tags).toHaveLength(1);
  const empty = await load({ hasUnsent: false });
  empty.show('hidden');
  expect(empty.tags).toEqual([]);
});

test('[SWO9] without a service worker, and without Background Sync, nothing happens', async () => {
  for (const serviceWorker of [null, { ready: Promise.resolve({}) }, { ready: new Promise(() => {}) }]) {
    const { sync, show } = await load({ onLine: false, serviceWorker });
    expect(() => (sync.note(), show('hidden'))).not.toThrow();
  }
});
