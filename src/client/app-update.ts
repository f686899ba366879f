// Registers the service worker and knows whether a newer version of the application waits. It never reloads a page by itself:
// the user may be in the middle of a form, and only the application knows what is unsent.
import { Workbox } from 'workbox-window';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { SwMessage } from '../protocol/sw-message.ts';

/** Why this page has no service worker; it then needs the network to load, and the server for its updates. */
export type NoServiceWorker = 'not-asked-for' | 'insecure-context' | 'unsupported' | 'failed';

export type AppUpdateState =
  /** `reason` is null once the service worker is registered, or while that goes on. */
  | { readonly state: 'none'; readonly reason: NoServiceWorker | null }
  /** A newer version is on this device; `apply()` brings it in. */
  | { readonly state: 'ready' };

export interface AppUpdate {
  getSnapshot(): AppUpdateState;
  subscribe(listener: () => void): () => void;
  /** Brings the new version in and reloads this page; without one it does nothing. Other pages then say `ready`, and are not reloaded. */
  apply(): void;
}

export interface AppUpdateOptions {
  /** Address of the service worker; null (development) registers none. */
  readonly serviceWorker: string | null;
  /** Reloads the page; default `location.reload()`. */
  readonly reload?: () => void;
}

/** How often a page that stays open asks for a new version, in ms. A kiosk is not reloaded for weeks. */
const CHECK_EVERY_MS = 3_600_000;

/** How long the new worker may take to take over, in ms, before the page is reloaded as things stand. */
const TAKE_OVER_MS = 3_000;

/** Registers the service worker, looks for a newer one every hour and whenever the page becomes visible. Never throws. */
export function createAppUpdate({ serviceWorker, reload = () => location.reload() }: AppUpdateOptions, signal: AbortSignal): AppUpdate {
  const reason = whyNone(serviceWorker);
  const store = createStore({ state: 'none', reason });
  if (serviceWorker === null || reason !== null) return { ...store, apply: () => undefined };

  const workbox = new Workbox(serviceWorker);
  let registration: ServiceWorkerRegistration | undefined;
  // The first worker of a first visit claims this page too: that is no update.
  let isControlled = navigator.serviceWorker.controller !== null;
  let isApplying = false;

  const ready = () => store.set({ state: 'ready' });
  const onControlling = () => {
    if (isApplying) reload();
    // Another page said yes: this one goes on with the old code until its own user says so.
    else if (isControlled) ready();
    isControlled = true;
  };
  workbox.addEventListener('waiting', ready);
  workbox.addEventListener('controlling', onControlling);
  register(workbox, signal).then(
    (registered) => (registration = registered),
    () => store.set({ state: 'none', reason: 'failed' }),
  );

  return {
    ...store,
    apply() {
      if (store.getSnapshot().state !== 'ready' || isApplying) return;
      isApplying = true;
      // Read now: the worker that made this page ready may have been replaced by a still newer one.
      const waiting = registration?.waiting;
      if (!waiting) return reload();
      waiting.postMessage({ v: PROTOCOL_VERSION, k: 'skip-waiting' } satisfies SwMessage);
      setTimeout(reload, TAKE_OVER_MS);
    },
  };
}

function whyNone(serviceWorker: string | null): NoServiceWorker | null {
  if (serviceWorker === null) return 'not-asked-for';
  if (!globalThis.isSecureContext) return 'insecure-context';
  return 'serviceWorker' in navigator ? null : 'unsupported';
}

async function register(workbox: Workbox, signal: AbortSignal): Promise<ServiceWorkerRegistration | undefined> {
  const registration = await workbox.register();
  if (signal.aborted) return registration;
  // An update check fails whenever the server is away, which says nothing about the worker that is here.
  const check = () => void workbox.update().catch(() => undefined);
  const timer = setInterval(check, CHECK_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && check(), { signal });
  return registration;
}

function createStore(initial: AppUpdateState) {
  let snapshot = initial;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => snapshot,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(next: AppUpdateState) {
      snapshot = next;
      for (const listener of listeners) listener();
    },
  };
}
