// The switch for notifications: what the browser and the server say, and what is left when one of them says no.
import { expect, test } from 'vitest';
import { createPush, type PushBrowser } from '../../src/push/push.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import type { RestAnswer } from '../../src/transport/contract.ts';

const answerOf = (status: number, body: unknown = null): RestAnswer => ({ status, etag: null, cursor: null, retryAfter: null, body, problem: {} });

function world(permission: NotificationPermission = 'default', serverSays = 204) {
  const asked: string[] = [];
  let subscription: Partial<PushSubscription> | null = null;
  const made = {
    endpoint: 'https://fcm.googleapis.com/x',
    toJSON: () => ({ endpoint: 'https://fcm.googleapis.com/x', keys: { p256dh: 'p', auth: 'a' } }),
    unsubscribe: async () => ((subscription = null), asked.push('unsubscribed'), true),
  };
  const pushManager = {
    getSubscription: async () => subscription,
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => (
      asked.push(`subscribed with ${applicationServerKey}`),
      (subscription = made)
    ),
  } as unknown as PushManager;
  const browser: PushBrowser = {
    registration: async () => ({ pushManager }),
    permission: () => permission,
    askPermission: async () => (asked.push('permission'), permission),
  };
  const ask = async ({ method, path }: { method: string; path: string }) => {
    asked.push(`${method} ${path.split('/').at(-1)}`);
    return method === 'GET' ? answerOf(200, { publicKey: 'KEY' }) : answerOf(serverSays);
  };
  const scope = createScope({ baseUrl: 'https://a.example', tenant: 't', user: 'u', feed: '' });
  return { push: createPush({ ask, scope }, browser), asked, browser, scope, ask };
}

test('[NTF6] nothing is asked until somebody switches it on; then permission, subscription and server, in this order, and back', async () => {
  const { push, asked } = world('granted');
  expect(await push.state()).toBe('off');
  expect(asked).toEqual([]);
  expect(await push.enable()).toBe('on');
  expect(asked).toEqual(['permission', 'GET key', 'subscribed with KEY', 'POST subscriptions']);
  expect(await push.state()).toBe('on');
  expect(asked.at(-1)).toBe('POST subscriptions');
  expect(await push.disable()).toBe('off');
  expect(asked.slice(-2)).toEqual(['DELETE subscriptions', 'unsubscribed']);
});

test('[NTF6] a permission that is denied is a state, and nothing is subscribed', async () => {
  const { push, asked } = world('denied');
  expect(await push.enable()).toBe('denied');
  expect(asked).toEqual(['permission']);
});

test('[NTF6] what the server does not take is given up at the browser too', async () => {
  const { push, asked } = world('granted', 422);
  await expect(push.enable()).rejects.toMatchObject({ code: 'write/rejected' });
  expect(asked.at(-1)).toBe('unsubscribed');
  expect(await push.state()).toBe('off');
});

test('[NTF6] a browser without push says so', async () => {
  const { ask, scope, browser } = world();
  const push = createPush({ ask, scope }, { ...browser, registration: async () => null });
  expect([await push.state(), await push.enable(), await push.disable()]).toEqual(['unsupported', 'unsupported', 'unsupported']);
});
