// The consumers of a page, whose code comes with the first: most pages have none.
import type { ConsumerDesk, ConsumerDeskDeps } from './consumer-desk.ts';

/** A name that can't be one is reported as a handler's error: its code isn't here yet when it is asked for. */
export function createLazyConsumers(deps: ConsumerDeskDeps, signal: AbortSignal): ConsumerDesk {
  let desk: ConsumerDesk | null = null;

  async function opened(): Promise<ConsumerDesk> {
    const { createConsumerDesk } = await import('./consumer-desk.ts');
    desk ??= createConsumerDesk(deps, signal);
    return desk;
  }

  return {
    consume(name, options) {
      if (!deps.open) throw new TypeError('A consumer keeps its place on disk: there is none with enablePersistence={false}');
      let isWanted = true;
      let end = (): void => {};
      opened()
        .then((known) => isWanted && (end = known.consume(name, options)))
        .catch(deps.onError);
      return () => {
        isWanted = false;
        end();
      };
    },
    lowest: () => desk?.lowest() ?? null,
    suspend: () => desk?.suspend(),
    resume: () => desk?.resume(),
  };
}
