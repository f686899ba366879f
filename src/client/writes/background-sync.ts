// Asks the browser to wake the service worker when there is a network, so that writes leave this device although no page is open any more. An open page's
// engine is quicker: the browser is asked only while there is no network, and when the page is put aside with something unsent.
import { scopeNames, type Scope } from '../../scope/scope.ts';

export interface BackgroundSync {
  /** Something waits that could not be sent at once. Harmless where the browser has no Background Sync, and however often it is said. */
  note(): void;
}

/** Chromium alone has it, and TypeScript's library doesn't know it. */
interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

export function createBackgroundSync(scope: Scope, hasUnsent: () => boolean, signal: AbortSignal): BackgroundSync {
  // Found at once: a page that is about to go has no time to look for it.
  let registration: SyncRegistration | undefined;
  // Without a service worker `ready` never settles.
  void navigator.serviceWorker?.ready.then((ready) => (registration = ready));

  /** Fails where the user has forbidden it, or for a page that is too late: the next page sends what waits. */
  function ask(): void {
    registration?.sync?.register(scopeNames(scope).outbox).catch(() => undefined);
  }

  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && hasUnsent() && ask(), { signal });
  return { note: () => void (navigator.onLine || ask()) };
}
