// Push in the service worker: every message becomes a notification, because a browser takes push away from who shows none, unless the person it was for is not
// signed in here any more; then this browser unsubscribes instead. A touch opens what the notification is about.
import { decodePushMessage } from '../src/protocol/push.ts';
import { openRegistryReader } from '../src/scope/registry.ts';
import { signedInScopes } from '../src/scope/signed-in-scopes.ts';

const ICON = '/icons/icon-192.png';

/** What a touch on a notification finds. */
interface Kept {
  readonly path: string;
}

export async function showPush(
  data: Pick<PushMessageData, 'text'> | null,
  registration: Pick<ServiceWorkerRegistration, 'showNotification' | 'pushManager'>,
  newId: () => string,
): Promise<void> {
  const message = decodePushMessage(parse(data?.text() ?? ''));
  if (!message) return registration.showNotification('Holdfast', { icon: ICON });
  const { scope, orderID, title, body } = message;
  if (!(await isSignedIn(scope, newId))) return unsubscribe(registration);
  const path = orderID === '' ? '/' : `/orders/${encodeURIComponent(orderID)}`;
  // The scope's name begins the tag: log-out closes what bears it. A second message about one order takes the place of the first.
  await registration.showNotification(title, { body, icon: ICON, tag: `holdfast:${scope}:order:${orderID}`, data: { path } satisfies Kept });
}

/** Goes to the window that shows it, or opens one. */
export async function openNotification(notification: Notification, clients: Pick<Clients, 'matchAll' | 'openWindow'>, origin: string): Promise<void> {
  notification.close();
  const kept: unknown = notification.data;
  const path = typeof kept === 'object' && kept !== null && 'path' in kept && typeof kept.path === 'string' ? kept.path : '/';
  const url = new URL(path, origin);
  // Whatever a message said, nothing of another origin is opened.
  if (url.origin !== origin) return;
  const windows = await clients.matchAll({ type: 'window' });
  const shown = windows.find((window) => new URL(window.url).pathname === url.pathname);
  await (shown ? shown.focus() : clients.openWindow(url.href));
}

/** Log-out of a scope: the server forgets by itself, with the session. The browser's one subscription goes with the last who is signed in here. */
export async function unsubscribeFor(scope: string, registration: Pick<ServiceWorkerRegistration, 'pushManager'>): Promise<void> {
  // What can't be read is nobody: a subscription that stays would ring for who has left.
  const others = (await signedInScopes().catch(() => [])).filter((other) => other !== scope);
  if (others.length === 0) await unsubscribe(registration);
}

/** This browser is told nothing more. */
async function unsubscribe({ pushManager }: Pick<ServiceWorkerRegistration, 'pushManager'>): Promise<void> {
  const subscription = await pushManager.getSubscription().catch(() => null);
  await subscription?.unsubscribe().catch(() => false);
}

async function isSignedIn(scopeId: string, newId: () => string): Promise<boolean> {
  const registry = await openRegistryReader(newId);
  try {
    const current = await registry.current();
    return current?.scopeId === scopeId || (await registry.remembered(scopeId)) !== null;
  } finally {
    registry.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
