// Requests that end, loaded when the first is made: a page that only follows needs none of that code at its start.
import type { Rest } from '../transport/contract.ts';
import type { RestDeps } from '../transport/rest.ts';

/** A Rest whose code is fetched at first use. Where it can't be fetched, that is silence like any other: `status: 0`. */
export function createLazyRest(deps: RestDeps): Rest {
  let loading: Promise<Rest> | null = null;

  function loaded(): Promise<Rest> {
    loading ??= import('../transport/rest.ts').then(({ createRest }) => createRest(deps));
    // A chunk that could not be loaded now may be there next time.
    loading.catch(() => (loading = null));
    return loading;
  }

  return {
    async send(request, signal) {
      const rest = await loaded().catch(() => null);
      return rest ? rest.send(request, signal) : { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: { code: 'net/offline' } };
    },
    async snapshot(identity, ids, signal) {
      const rest = await loaded().catch(() => null);
      return rest ? rest.snapshot(identity, ids, signal) : { failed: { kind: 'offline' } };
    },
  };
}
