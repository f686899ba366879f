// Notifications on this device for the person who is signed in: asks the browser only when somebody touches the switch, and tells the server where to send.
// Loaded when the switch is shown.
import { SyncError } from '../core/sync-error.ts';
import { PUSH_PATHS, type PushSubscribe } from '../protocol/push.ts';
import { isObject } from '../protocol/json.ts';
import type { SyncManager } from '../client/contract.ts';
import { restFailure } from '../transport/rest-failure.ts';

/** `unsupported`: no push in this browser, on plain http, or before the service worker is there. `denied`: the person said no, and only the browser's settings change that. */
export type PushState = 'unsupported' | 'denied' | 'off' | 'on';

export interface Push {
  /** How it stands now. Where it is on, the server is told again: it may have forgotten. */
  state(): Promise<PushState>;
  /** Call it from a touch: the browser may ask. Fails with a SyncError where the browser or the server says no; a denied permission is a state. */
  enable(): Promise<PushState>;
  disable(): Promise<PushState>;
}

/** What a page takes from the browser. */
export interface PushBrowser {
  /** Null where there is none. */
  registration(): Promise<Pick<ServiceWorkerRegistration, 'pushManager'> | null>;
  permission(): NotificationPermission;
  askPermission(): Promise<NotificationPermission>;
}

export function createPush({ ask, scope }: Pick<SyncManager, 'ask' | 'scope'>, browser: PushBrowser): Push {
  async function manager(): Promise<PushManager | null> {
    return (await browser.registration())?.pushManager ?? null;
  }

  async function tell(subscription: PushSubscription): Promise<void> {
    const { endpoint, keys } = subscription.toJSON();
    const { p256dh = '', auth = '' } = keys ?? {};
    const body: PushSubscribe = { endpoint: endpoint ?? '', keys: { p256dh, auth }, scope: scope.id };
    const answer = await ask({ method: 'POST', path: PUSH_PATHS.subscriptions, body });
    if (answer.status !== 204) throw restFailure(answer);
  }

  async function serverKey(): Promise<string> {
    const answer = await ask({ method: 'GET', path: PUSH_PATHS.key });
    if (answer.status !== 200) throw restFailure(answer);
    const key = isObject(answer.body) ? answer.body['publicKey'] : null;
    if (typeof key !== 'string') throw new SyncError('protocol/malformed', 'The server has no key for notifications.');
    return key;
  }

  async function state(): Promise<PushState> {
    const pushes = await manager();
    if (!pushes) return 'unsupported';
    if (browser.permission() === 'denied') return 'denied';
    const subscription = await pushes.getSubscription();
    if (!subscription) return 'off';
    await tell(subscription).catch(() => {});
    return 'on';
  }

  return {
    state,
    async enable() {
      const pushes = await manager();
      if (!pushes) return 'unsupported';
      if ((await browser.askPermission()) !== 'granted') return browser.permission() === 'denied' ? 'denied' : 'off';
      const key = await serverKey();
      const subscription = await subscribe(pushes, key);
      try {
        await tell(subscription);
      } catch (error) {
        // A browser that the server doesn't know of would say "on" and never ring.
        await subscription.unsubscribe();
        throw error;
      }
      return 'on';
    },
    async disable() {
      const subscription = await (await manager())?.getSubscription();
      if (!subscription) return state();
      await ask({ method: 'DELETE', path: PUSH_PATHS.subscriptions, body: { endpoint: subscription.endpoint } });
      await subscription.unsubscribe();
      return state();
    },
  };
}

/** A subscription made with another server's key is of no use to this one. */
async function subscribe(pushes: PushManager, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushes.subscribe(options);
  } catch (error) {
    const before = error instanceof DOMException && error.name === 'InvalidStateError' ? await pushes.getSubscription() : null;
    if (!before) throw new SyncError('net/answer', 'The browser could not reach its push service.', { cause: error });
    await before.unsubscribe();
    return pushes.subscribe(options);
  }
}

/** Null-safe over everything that plain http and older browsers lack. */
export const PAGE_PUSH: PushBrowser = {
  async registration() {
    if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis)) return null;
    return (await navigator.serviceWorker.getRegistration()) ?? null;
  },
  permission: () => Notification.permission,
  askPermission: () => Notification.requestPermission(),
};
