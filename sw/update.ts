// How a new service worker becomes the one that answers. It waits until a page says so or no page is left; it never takes over by itself.
import type { Precache } from './precache.ts';

/**
 * Runs when this worker is activated. It claims the open pages, so that also the first visit, which began without a worker,
 * finds its lazy chunks offline; pages tell an update from this by having been controlled before.
 */
export async function takeOver(precache: Pick<Precache, 'sweep'>, clients: Pick<Clients, 'claim'>): Promise<void> {
  await precache.sweep();
  await clients.claim();
}
