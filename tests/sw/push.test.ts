// Push in the service worker, over the registry that pages write: who is signed in decides whether something is shown.
import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import { openRegistry } from '../../src/scope/registry.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { openNotification, showPush, unsubscribeFor } from '../../sw/push.ts';

const scope = createScope({ baseUrl: 'https://a.example', tenant: 't', user: 'u', feed: '' });
const newId = () => 'device-1';
const session = {
  scopeId: scope.id,
  baseUrl: 'https://a.example',
  tenant: 't',
  user: 'u',
  feed: '',
  role: 'worker',
  name: 'U',
  tenantName: 'T',
  auth: 'cookie',
  signedInAt: 1,
} as const;

afterEach(() => new Promise((resolve) => Object.assign(indexedDB.deleteDatabase('holdfast'), { onsuccess: resolve, onblocked: resolve })));

function registration() {
  const said: { title: string; options: NotificationOptions | undefined }[] = [];
  let isSubscribed = true;
  const made = {
    showNotification: async (title: string, options?: NotificationOptions) => void said.push({ title, options }),
    pushManager: { getSubscription: async () => ({ unsubscribe: async () => ((isSubscribed = false), true) }) } as unknown as PushManager,
  };
  return { made, said, isSubscribed: () => isSubscribed };
}

const message = (fields: object) => ({
  text: () => JSON.stringify({ v: 1, k: 'order-ready', scope: scope.id, orderID: 'o/1', title: 'CAR 7710 is ready', body: 'Aqua', ...fields }),
});

test('[NTF7] a message for who is signed in here becomes a notification in the name of the scope; one for somebody else ends the subscription', async () => {
  const registry = await openRegistry({ newId, now: Date.now });
  await registry.signIn(session);
  const { made, said, isSubscribed } = registration();
  await showPush(message({}), made, newId);
  expect(said).toMatchObject([
    { title: 'CAR 7710 is ready', options: { body: 'Aqua', tag: `holdfast:${scope.id}:order:o/1`, data: { path: '/orders/o%2F1' } } },
  ]);
  expect(isSubscribed()).toBe(true);
  await showPush(message({ scope: 'ffffffffffffffff' }), made, newId);
  expect([said.length, isSubscribed()]).toEqual([1, false]);
});

test("[NTF7] a log-out ends the browser's subscription with the last who is signed in here, not before", async () => {
  const other = createScope({ baseUrl: 'https://a.example', tenant: 't', user: 'v', feed: '' });
  const third = createScope({ baseUrl: 'https://a.example', tenant: 't', user: 'w', feed: '' });
  const registry = await openRegistry({ newId, now: Date.now });
  await registry.signIn(session);
  for (const [{ id }, user] of [
    [other, 'v'],
    [third, 'w'],
  ] as const)
    await registry.remember({ ...session, scopeId: id, user });
  const { made, isSubscribed } = registration();
  const left: boolean[] = [];
  for (const { id } of [other, scope, third]) {
    // The service worker hears of it before the registry does, or after.
    if (id === other.id) await registry.signOut(id);
    await unsubscribeFor(id, made);
    left.push(isSubscribed());
    await registry.signOut(id);
  }
  registry.close();
  expect(left).toEqual([true, true, false]);
});

test('[NTF7] what can not be read is shown all the same, without a word of it', async () => {
  const { made, said } = registration();
  for (const data of [null, { text: () => '<html>' }, { text: () => '{"v":1,"title":7}' }]) await showPush(data, made, newId);
  expect(said.map(({ title }) => title)).toEqual(['Holdfast', 'Holdfast', 'Holdfast']);
});

test('[NTF7] a touch goes to the window of the order, opens one where there is none, and opens nothing of another origin', async () => {
  const done: string[] = [];
  const clients = {
    matchAll: async () => [{ url: 'https://a.example/orders/o1', focus: async () => void done.push('focused') }],
    openWindow: async (url: string) => (done.push(url), null),
  } as unknown as Parameters<typeof openNotification>[1];
  const touch = (path: unknown) => openNotification({ close: () => void done.push('closed'), data: { path } } as Notification, clients, 'https://a.example');
  for (const path of ['/orders/o1', '/orders/o2', '//evil.example/x', 7]) await touch(path);
  expect(done).toEqual(['closed', 'focused', 'closed', 'https://a.example/orders/o2', 'closed', 'closed', 'https://a.example/']);
});
