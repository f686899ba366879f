// Starts the SharedWorker of a scope and starts it again when its engine has died. The port only keeps the worker alive and names the
// scope; everything else goes over the bus, because no new port can be served while the creator tab's main thread is blocked.
import workerUrl from '../../worker/shared-worker.ts?worker&url';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { HostInit } from '../protocol/rpc.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Clock } from '../platform/ports.ts';

/** Not in TypeScript's library yet: the worker outlives its last page for a while, so a reload of the only tab keeps the connection. */
declare global {
  interface WorkerOptions {
    extendedLifetime?: boolean;
  }
}

export interface HostDeps {
  readonly name: string;
  readonly init: Omit<HostInit, 'v' | 'k'>;
  readonly clock: Clock;
  /** The worker's script could not be loaded, or the browser has no SharedWorker. */
  readonly failed: (error: SyncError) => void;
}

export interface Host {
  /** Starts the worker, or joins the one that runs. Safe to call again: one name, one worker. */
  start(): void;
}

/** After a script that failed to load; doubled each time. */
const RETRY_MS = 1_000;
const RETRY_MOST_MS = 30_000;

export function hasSharedWorker(): boolean {
  return typeof SharedWorker === 'function';
}

export function createSharedHost({ name, init, clock, failed }: HostDeps, signal: AbortSignal): Host {
  let worker: SharedWorker | null = null;
  let retryMs = RETRY_MS;

  function start(): void {
    if (signal.aborted) return;
    worker?.port.close();
    // One static set of options for all pages: another set under the same name is an error event and no worker.
    worker = new SharedWorker(workerUrl, { type: 'module', name, extendedLifetime: true });
    worker.addEventListener('error', lost, { signal });
    worker.port.start();
    worker.port.postMessage({ v: PROTOCOL_VERSION, k: 'init', ...init } satisfies HostInit);
  }

  function lost(): void {
    failed(new SyncError('host/gone', 'The shared worker could not be started; it is tried again by itself.', { details: { name } }));
    clock.after(retryMs, start);
    retryMs = Math.min(RETRY_MOST_MS, retryMs * 2);
  }

  signal.addEventListener('abort', () => worker?.port.close(), { once: true });
  return { start };
}
