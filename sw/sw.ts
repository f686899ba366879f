// The service worker: makes the shell load without a network. It never answers for /api: a stream that went through `respondWith` would
// die with the worker, and the browser ends an idle worker after 30 s. Every listener of the worker stands here.
import { decodeSwMessage } from '../src/protocol/sw-message.ts';
import { forgetScope } from './forget-scope.ts';
import { createPrecache } from './precache.ts';
import { takeOver } from './update.ts';

declare const self: ServiceWorkerGlobalScope;
/** URLs of the build before this one: pages of that build may still ask for them. */
declare const __PREVIOUS_ASSETS__: readonly string[];

const precache = createPrecache({ entries: self.__WB_MANIFEST, previous: __PREVIOUS_ASSETS__, origin: self.location.origin });

self.addEventListener('install', (event) => event.waitUntil(precache.install(event)));

self.addEventListener('activate', (event) => event.waitUntil(takeOver(precache, self.clients)));

self.addEventListener('fetch', (event) => {
  const answer = precache.answer(event);
  if (answer) event.respondWith(answer);
});

self.addEventListener('message', (event) => {
  const message = decodeSwMessage(event.data);
  if (message?.k === 'skip-waiting') event.waitUntil(self.skipWaiting());
  if (message?.k === 'forget') event.waitUntil(forgetScope(message.scope, self.registration, event.ports[0]));
});
