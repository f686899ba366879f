// The service worker: makes the shell load without a network, and sends what waits in an outbox when no page is open. It never answers for /api: a
// stream that went through `respondWith` would die with the worker, and the browser ends an idle worker after 30 s. Every listener of the worker stands here.
import { createBrowserPlatform } from '../src/platform/browser.ts';
import { decodeSwMessage } from '../src/protocol/sw-message.ts';
import { forgetScope } from './forget-scope.ts';
import { createOutboxSync } from './outbox-sync.ts';
import { createPrecache } from './precache.ts';
import { openNotification, showPush, unsubscribeFor } from './push.ts';
import { takeOver } from './update.ts';

declare const self: ServiceWorkerGlobalScope;
/** URLs of the build before this one: pages of that build may still ask for them. */
declare const __PREVIOUS_ASSETS__: readonly string[];

const precache = createPrecache({ entries: self.__WB_MANIFEST, previous: __PREVIOUS_ASSETS__, origin: self.location.origin });
const platform = createBrowserPlatform();
const outbox = createOutboxSync(platform);

self.addEventListener('install', (event) => event.waitUntil(precache.install(event)));

self.addEventListener('activate', (event) => event.waitUntil(takeOver(precache, self.clients)));

self.addEventListener('fetch', (event) => {
  const answer = precache.answer(event);
  if (answer) event.respondWith(answer);
});

self.addEventListener('message', (event) => {
  const message = decodeSwMessage(event.data);
  if (message?.k === 'skip-waiting') event.waitUntil(self.skipWaiting());
  if (message?.k === 'forget') event.waitUntil(forget(message.scope, event.ports[0]));
});

self.addEventListener('sync', (event) => event.waitUntil(outbox.drain(event.tag)));

self.addEventListener('push', (event) => event.waitUntil(showPush(event.data, self.registration, platform.random.id)));

self.addEventListener('notificationclick', (event) => event.waitUntil(openNotification(event.notification, self.clients, self.location.origin)));

/** What is being sent ends before the page hears that all is forgotten. */
async function forget(scope: string, port: MessagePort | undefined): Promise<void> {
  await outbox.stop(scope);
  await unsubscribeFor(scope, self.registration);
  await forgetScope(scope, self.registration, port);
}
