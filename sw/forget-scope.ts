// Log-out, seen from the service worker: what a scope left here goes, and the page is told so. The shell stays: it belongs to nobody.
import { PROTOCOL_VERSION } from '../src/protocol/version.ts';
import type { SwForgotten } from '../src/protocol/sw-message.ts';

/** Closes the notifications of the scope and deletes its caches, then answers on `port`; one that fails does not keep the other. */
export async function forgetScope(
  scope: string,
  registration: Pick<ServiceWorkerRegistration, 'getNotifications'>,
  port: MessagePort | undefined,
): Promise<void> {
  await Promise.allSettled([closeNotifications(scope, registration), deleteCaches(scope)]);
  port?.postMessage({ v: PROTOCOL_VERSION, k: 'forgotten', scope } satisfies SwForgotten);
}

async function closeNotifications(scope: string, registration: Pick<ServiceWorkerRegistration, 'getNotifications'>): Promise<void> {
  for (const notification of await registration.getNotifications()) if (notification.tag.startsWith(nameOf(scope))) notification.close();
}

async function deleteCaches(scope: string): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(nameOf(scope)));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Whatever belongs to a scope bears this name, as database, bus and locks do. */
function nameOf(scope: string): string {
  return `holdfast:${scope}:`;
}
