// The shell on disk: what is kept of it, and which requests are answered from it. There is no catch-all: what no route names goes to the network.
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import type { PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, Route, Router } from 'workbox-routing';

export interface PrecacheDeps {
  /** The list that the build wrote. */
  readonly entries: (PrecacheEntry | string)[];
  /** Paths of the assets of the build before. */
  readonly previous: readonly string[];
  readonly origin: string;
}

export interface Precache {
  /** Fetches what is not there yet; one file that fails fails the installation, and the old worker stays. */
  install(event: ExtendableEvent): Promise<void>;
  /** Deletes what neither this build nor the one before it names. */
  sweep(): Promise<void>;
  /** The answer to a request that is the shell's, null for every other. */
  answer(event: FetchEvent): Promise<Response> | null;
}

export function createPrecache({ entries, previous, origin }: PrecacheDeps): Precache {
  const controller = new PrecacheController();
  controller.addToCacheList(entries);
  const router = createRouter(controller, new Set(previous));
  const keep = new Set([...controller.getURLsToCacheKeys().values(), ...previous.map((path) => origin + path)]);
  return {
    install: async (event) => void (await controller.install(event)),
    sweep: () => sweepCache(controller.strategy.cacheName, keep),
    answer: (event) => router.handleRequest({ event, request: event.request }) ?? null,
  };
}

function createRouter(controller: PrecacheController, previous: ReadonlySet<string>): Router {
  const router = new Router();
  router.registerRoute(new PrecacheRoute(controller));
  // A tab of the last build goes on after this worker took over, and its lazy chunks may be asked for offline.
  router.registerRoute(
    new Route(
      ({ url, sameOrigin }) => sameOrigin && previous.has(url.pathname),
      ({ request }) => fromCacheOrNetwork(controller.strategy.cacheName, request),
    ),
  );
  router.registerRoute(new NavigationRoute(controller.createHandlerBoundToURL('/'), { denylist: [/^\/api(\/|$)/] }));
  return router;
}

async function fromCacheOrNetwork(cacheName: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(request)) ?? fetch(request);
}

/** Instead of the controller's own clean-up, which would delete the last build's chunks under the tabs that still run it. */
async function sweepCache(cacheName: string, keep: ReadonlySet<string>): Promise<void> {
  const cache = await caches.open(cacheName);
  const stale = (await cache.keys()).filter(({ url }) => !keep.has(url));
  await Promise.all(stale.map((request) => cache.delete(request)));
}
