// An engine that belongs to one page, in a worker of its own or in the page itself: the two places of an elected page.
import workerUrl from '../../worker/dedicated-worker.ts?worker&url';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { decodeHostNews, type EngineEnd, type HostInit, type HostOrder } from '../protocol/rpc.ts';

export interface OwnEngine {
  /** Asks it to settle what is under way and to end; `over` tells when it has. */
  retire(): void;
  /** Ends it now, whatever it does. */
  terminate(): void;
}

export interface OwnEngineListener {
  over(end: EngineEnd): void;
  /** Its code could not be loaded, or it threw. */
  broke(why: string): void;
}

export type SpawnEngine = (init: HostInit, listener: OwnEngineListener) => OwnEngine;

export const spawnInWorker: SpawnEngine = (init, listener) => {
  const worker = new Worker(workerUrl, { type: 'module', name: 'holdfast-engine' });
  worker.addEventListener('message', ({ data }) => {
    const news = decodeHostNews(data);
    if (news) listener.over(news.end);
  });
  worker.addEventListener('error', (event) => listener.broke(event.message || 'its script could not be loaded'));
  worker.postMessage(init);
  return {
    retire: () => worker.postMessage({ v: PROTOCOL_VERSION, k: 'retire' } satisfies HostOrder),
    terminate: () => worker.terminate(),
  };
};

/** Without any worker, and where the application wants it: the engine shares the page's thread. */
export const spawnInPage: SpawnEngine = (init, listener) => {
  const life = new AbortController();
  import('../engine/start-engine.ts')
    .then(({ startEngine }) => startEngine(init, __BUILD__, life.signal).over)
    .then(listener.over, (error: unknown) => listener.broke(String(error)));
  return { retire: () => life.abort(), terminate: () => life.abort() };
};
