// Caches of one page: one for each scope that is used here, and the one of whoever is signed in on this device. A cache ends with its log-out, in
// whichever tab that happens. Making this touches no browser global: the first use does.
import { READING_POLICY } from '../core/reading-policy.ts';
import { createBrowserPlatform, type Platform } from '../platform/browser.ts';
import { createVisibility } from '../platform/page.ts';
import { cacheNames } from '../scope/cache-names.ts';
import { openRegistryReader, scopeOf, type RegistryReader } from '../scope/registry.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import { createTopic, type Topic } from '../client/topic.ts';
import { createCache, DISK_BOUNDS } from './cache.ts';
import type { Cache } from './contract.ts';

export interface PageCaches {
  /** The cache of a scope; null = of nobody: memory alone, as with `isKept` false. */
  of(scope: Scope | null, isKept?: boolean): Cache;
  /** Of whoever is signed in on this device; null until that is known. Asks at its first subscription. */
  readonly current: Topic<Cache | null>;
  whenCurrent(): Promise<Cache>;
  /** Those that are in use. */
  open(): readonly Cache[];
}

/** Where sign-in and log-out are told (client/page-sync.ts). */
const REGISTRY_BUS = 'holdfast:session';
/** A page's caches live as long as the page. */
const forever = new AbortController().signal;

export interface PageCachesDeps {
  readonly platform: () => Platform;
  /** Null where the browser keeps nothing. */
  readonly openRegistry: (platform: Platform) => Promise<Pick<RegistryReader, 'current' | 'remembered'> | null>;
  readonly makeCache: (platform: Platform, owner: CacheOwner, life: AbortSignal) => Cache;
  /** Calls back when this page was away and may have missed what others told. */
  readonly onReturn: (listener: () => void) => void;
}

export interface CacheOwner {
  readonly scope: Scope | null;
  /** False = in memory alone, by the application's wish. */
  readonly isKept: boolean;
}

interface Open {
  readonly scope: Scope | null;
  readonly cache: Cache;
  readonly life: AbortController;
}

export function createPageCaches(deps: PageCachesDeps = BROWSER): PageCaches {
  const caches = new Map<string, Open>();
  const current = createTopic<Cache | null>(null, { notify: (tell) => tell() });
  let platform: Platform | null = null;
  let registry: ReturnType<PageCachesDeps['openRegistry']> | null = null;
  let first: Promise<void> | null = null;
  /** Id of the scope that is signed in; '' = nobody. */
  let present = '';

  function reach(): Platform {
    if (platform) return platform;
    platform = deps.platform();
    platform.openBus(REGISTRY_BUS, forever).listen(() => void look(), forever);
    deps.onReturn(() => void look());
    return platform;
  }

  function of(scope: Scope | null, isKept = true): Cache {
    const id = `${scope?.id ?? ''}${isKept ? '' : ':memory'}`;
    const known = caches.get(id);
    if (known) return known.cache;
    const life = new AbortController();
    const cache = deps.makeCache(reach(), { scope, isKept }, life.signal);
    caches.set(id, { scope, cache, life });
    return cache;
  }

  /** Who is signed in, and whose caches have to go. */
  async function look(): Promise<void> {
    registry ??= deps.openRegistry(reach()).catch(() => null);
    const reader = await registry;
    const session = (await reader?.current().catch(() => null)) ?? null;
    await endForgotten(reader, session?.scopeId ?? '');
    const next = session?.scopeId ?? '';
    // What was answered to nobody, before and after somebody was here, is not for each other.
    if (next !== present) end('');
    present = next;
    current.set(of(session && scopeOf(session)));
  }

  async function endForgotten(reader: Pick<RegistryReader, 'remembered'> | null, staying: string): Promise<void> {
    for (const [id, { scope }] of caches) {
      if (!scope || scope.id === staying) continue;
      const found = await reader?.remembered(scope.id).catch(() => null);
      if (!found) end(id);
    }
  }

  function end(id: string): void {
    const open = caches.get(id);
    caches.delete(id);
    open?.cache.end();
    open?.life.abort();
  }

  async function whenCurrent(): Promise<Cache> {
    await (first ??= look());
    return current.getSnapshot() ?? of(null);
  }

  return {
    of,
    whenCurrent,
    current: {
      getSnapshot: current.getSnapshot,
      subscribe(listener) {
        void whenCurrent();
        return current.subscribe(listener);
      },
    },
    open: () => [...caches.values()].map(({ cache }) => cache),
  };
}

const BROWSER: PageCachesDeps = {
  platform: createBrowserPlatform,
  openRegistry: ({ random }) => openRegistryReader(random.id),
  onReturn: (listener) => {
    if (typeof document === 'undefined') return;
    createVisibility().onChange((event) => (event === 'restored' || event === 'resumed') && listener(), forever);
  },
  makeCache(platform, { scope, isKept }, life) {
    const { clock, random, net, log, locks } = platform;
    const names = scope && cacheNames(scope);
    return createCache({
      ...{ clock, random, net, log, locks, scope },
      visibility: typeof document === 'undefined' ? null : createVisibility(),
      bus: names && platform.openBus(names.bus, life),
      lockName: (key) => names?.revalidation(key) ?? key,
      openDisk: scope && isKept && 'indexedDB' in globalThis ? () => openDisk(scope, clock) : null,
    });
  },
};

/** idb comes with the first read from disk, not with the page. */
async function openDisk(scope: Scope, clock: Platform['clock']) {
  const { openHttpCache } = await import('../store/http-cache.ts');
  return openHttpCache({ clock, policy: READING_POLICY, name: scopeNames(scope).database, scope, bounds: DISK_BOUNDS });
}

/** Of this page: functions and hooks outside of a provider have nothing else to hold on to. */
export const pageCaches: PageCaches = /* @__PURE__ */ createPageCaches();
