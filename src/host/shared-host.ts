// Starts the SharedWorker of a scope and starts it again when its engine has died. The port only keeps the worker alive and names the
// scope; everything else goes over the bus, because no new port can be served while the creator tab's main thread is blocked.
import workerUrl from '../../worker/shared-worker.ts?worker&url';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { HostInit } from '../protocol/rpc.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Host, HostDeps } from './contract.ts';
import { keepGeneration, readGeneration } from './generation.ts';

/** Not in TypeScript's library yet: the worker outlives its last page for a while, so a reload of the only tab keeps the connection. */
declare global {
  interface WorkerOptions {
    extendedLifetime?: boolean;
  }
}

/** After a script that failed to load; doubled each time. */
const RETRY_MS = 1_000;
const RETRY_MOST_MS = 30_000;

export function createSharedHost({ names, init, clock, failed }: HostDeps, signal: AbortSignal): Host {
  let worker: SharedWorker | null = null;
  let generation = readGeneration(init.scope.id);
  let retryMs = RETRY_MS;
  /** A page raised the generation: its worker is joined when it lives, so that it doesn't end with that page. */
  let isJoining = false;

  function open(isStealing: boolean): void {
    if (signal.aborted) return;
    worker?.port.close();
    // One static set of options for all pages: another set under the same name is an error event and no worker.
    const opened = new SharedWorker(workerUrl, { type: 'module', name: names.worker(generation), extendedLifetime: true });
    worker = opened;
    opened.addEventListener('error', () => opened === worker && lost(), { signal });
    opened.port.start();
    opened.port.postMessage({ v: PROTOCOL_VERSION, k: 'init', ...init, host: 'shared', isStealing } satisfies HostInit);
  }

  /** Its script could not be loaded, or somebody made it with other options: another name is the way round the second. */
  function lost(): void {
    worker = null;
    raise();
    failed(new SyncError('host/gone', 'The shared worker could not be started; it is tried again by itself.', { details: { generation } }));
    clock.after(retryMs, () => worker ?? open(false));
    retryMs = Math.min(RETRY_MOST_MS, retryMs * 2);
  }

  function raise(): void {
    generation += 1;
    keepGeneration(init.scope.id, generation);
  }

  signal.addEventListener('abort', () => worker?.port.close(), { once: true });
  return {
    start: () => open(false),
    hear(message) {
      if (message.k === 'claim' && message.generation > generation) {
        generation = message.generation;
        isJoining = true;
      }
      if (message.k !== 'beat' || message.phase === 'retired') return;
      retryMs = RETRY_MS;
      if (!isJoining || message.host !== 'shared') return;
      isJoining = false;
      open(false);
    },
    nextGeneration: () => generation + 1,
    replace() {
      raise();
      open(true);
    },
    suspend: () => worker?.port.close(),
    resume: () => open(false),
  };
}
