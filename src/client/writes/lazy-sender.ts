// Requests that end, loaded when the first is made: a page that only follows needs none of that code at its start.
import type { RestAnswer, Sender } from '../../transport/contract.ts';
import type { Overrides } from '../../core/reading-policy.ts';
import type { RestDeps } from '../../transport/exchange.ts';

const NO_ANSWER: RestAnswer = { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: { code: 'net/offline' } };

/** Where the code can't be fetched, that is silence like any other, `status: 0`; the next request tries again. */
export function createLazySender(deps: Omit<RestDeps, 'policy'>, overrides: Overrides): Sender {
  return {
    async send(request, signal) {
      const loaded = await import('./page-sender.ts').catch(() => null);
      return loaded ? loaded.createPageSender(deps, overrides).send(request, signal) : NO_ANSWER;
    },
  };
}
