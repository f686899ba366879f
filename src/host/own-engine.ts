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

export interface EnginePlace {
  readonly spawn: SpawnEngine;
  /** Gets ready what the next `spawn` would wait for. Nothing of it opens, hears or leads anything. */
  prepare(): void;
  /** Gives back what was got ready, if no `spawn` has taken it. */
  discard(): void;
}

export function createWorkerPlace(): EnginePlace {
  let spare: Worker | null = null;

  function make(): Worker {
    return new Worker(workerUrl, { type: 'module', name: 'holdfast-engine' });
  }

  function discard(): void {
    spare?.terminate();
    spare = null;
  }

  return {
    discard,
    prepare() {
      if (spare) return;
      const made = make();
      spare = made;
      // One that could not be loaded would never say so again.
      made.addEventListener('error', () => spare === made && discard());
    },
    spawn(init, listener) {
      const worker = spare ?? make();
      spare = null;
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
    },
  };
}

const engineCode = () => import('../engine/start-engine.ts');

/** Without any worker, and where the application wants it: the engine shares the page's thread. */
export const PAGE_PLACE: EnginePlace = {
  prepare: () => void engineCode().catch(() => {}),
  discard() {},
  spawn(init, listener) {
    const life = new AbortController();
    engineCode()
      .then(({ startEngine }) => (life.signal.aborted ? 'asked' : startEngine(init, __BUILD__, life.signal).over))
      .then(listener.over, (error: unknown) => listener.broke(String(error)));
    return { retire: () => life.abort(), terminate: () => life.abort() };
  },
};
