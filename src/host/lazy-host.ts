// The host of a page that runs its engine itself, elected or by turns, whose code is loaded when it is needed: most browsers never do. What is asked of it
// meanwhile is done when it is here.
import { SyncError } from '../core/sync-error.ts';
import type { Host, HostDeps, TurnNeeds } from './contract.ts';

const RETRY_MS = 5_000;

export function createLazyHost(kind: 'elected' | 'inline', deps: HostDeps & TurnNeeds, signal: AbortSignal): Host {
  let host: Host | null = null;
  let loading: Promise<Host | null> | null = null;
  let isAside = false;

  async function make(): Promise<Host> {
    const own = import('./own-engine.ts');
    if (!deps.locks) {
      const { createTurnsHost } = await import('./turns-host.ts');
      return createTurnsHost({ ...deps, spawn: (await own).PAGE_PLACE.spawn }, signal);
    }
    const { createElectedHost } = await import('./elected-host.ts');
    const { createWorkerPlace, PAGE_PLACE } = await own;
    return createElectedHost({ ...deps, kind, ...(kind === 'elected' ? createWorkerPlace() : PAGE_PLACE) }, signal);
  }

  async function load(): Promise<Host | null> {
    try {
      host = await make();
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
