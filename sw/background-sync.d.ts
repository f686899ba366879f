// Background Sync, which TypeScript's library doesn't know: Chromium alone has it (no Safari, no Firefox).

/** The network is there (again). Once the promise of `waitUntil` rejects, the browser tries again some minutes later, three times in all. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}

interface ServiceWorkerGlobalScopeEventMap {
  sync: SyncEvent;
}
