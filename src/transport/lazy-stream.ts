// The transport of events as a chunk of its own: an engine first takes its lock and opens its database, and this is fetched meanwhile. So the
// first file of a worker is as small as what must come first.
import type { StreamTransport } from './contract.ts';
import type { SseTransportDeps } from './sse.ts';

/** Begins to load at once. Where the code can't be fetched, that is a missing network like any other; the next attempt tries again. */
export function createLazyStream(deps: SseTransportDeps): StreamTransport {
  let made: StreamTransport | null = null;

  async function load(): Promise<StreamTransport | null> {
    const loaded = await import('./sse.ts').catch(() => null);
    made ??= loaded?.createSseTransport(deps) ?? null;
    return made;
  }

  void load();
  return {
    stream: async (...call) => (await load())?.stream(...call) ?? { kind: 'offline' },
    poll: async (...call) => (await load())?.poll(...call) ?? { kind: 'offline' },
  };
}
