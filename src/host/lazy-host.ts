// An elected page's host, whose code is loaded when it is needed: most browsers never do. What is asked of it meanwhile is done when it is here.
import { SyncError } from '../core/sync-error.ts';
import type { Host, HostDeps } from './contract.ts';

const RETRY_MS = 5_000;

export function createLazyHost(kind: 'elected' | 'inline', deps: HostDeps, signal: AbortSignal): Host {
  let host: Host | null = null;
  let loading: Promise<Host | null> | null = null;
  let isAside = false;

  async function load(): Promise<Host | null> {
    try {
      const [{ createElectedHost }, { spawnInPage, spawnInWorker }] = await Promise.all([import('./elected-host.ts'), import('./own-engine.ts')]);
      host = createElectedHost({ ...deps, kind, spawn: kind === 'elected' ? spawnInWorker : spawnInPage }, signal);
      if (isAside) host.suspend();
    } catch (error) {
      deps.clock.after(RETRY_MS, () => using((made) => made.start()));
      loading = null;
      deps.failed(new SyncError('host/gone', 'A part of this application could not be loaded; it is tried again by itself.', { cause: error }));
    }
    return host;
  }

  function using(act: (host: Host) => void): void {
    if (host) return act(host);
    loading ??= load();
    void loading.then((loaded) => (loaded ? act(loaded) : undefined));
  }

  return {
    start: () => using((made) => made.start()),
    hear: (message) => host?.hear(message),
    nextGeneration: () => 0,
    replace: () => using((made) => made.replace()),
    suspend() {
      isAside = true;
      host?.suspend();
    },
    resume() {
      isAside = false;
      using((made) => made.resume());
    },
  };
}
