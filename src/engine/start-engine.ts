// Puts an engine together from the browser's own parts, the same in every place where one may run: shared worker, dedicated worker, page.
import type { HostInit } from '../protocol/rpc.ts';
import { withPolicy, type Policy } from '../core/policy.ts';
import { createBrowserPlatform, type Platform } from '../platform/browser.ts';
import type { Net } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { Store } from '../store/contract.ts';
import { openStore, type OpenStoreDeps } from '../store/open-store.ts';
import { createLazySnapshots } from '../transport/lazy-snapshots.ts';
import { createSseTransport } from '../transport/sse.ts';
import type { Engine, EngineDeps } from './contract.ts';
import type { EngineDrainDeps } from './drain.ts';
import { createEngine } from './engine.ts';

/** Starts the engine that a page asked for with `init`; `build` is the number of the build that asks. */
export function startEngine(init: HostInit, build: number, signal: AbortSignal): Engine {
  const platform = createBrowserPlatform();
  const policy = withPolicy(init.policy);
  const { scope } = init;
  const { clock, log, random } = platform;
  const net = init.auth === 'bearer' ? bearerNet({ platform, scope, policy }, signal) : platform.net;
  const name = scopeNames(scope).database;
  return createEngine(
    {
      platform,
      scope,
      policy,
      device: init.device,
      host: init.host,
      way: wayTo(init),
      // Engines of several pages may run at once there for a moment: none of them keeps a connection of the few that a browser has.
      isStreamless: !platform.locks && init.host !== 'shared',
      build: String(build),
      stream: createSseTransport({ net, clock, policy, log }),
      rest: createLazySnapshots({ net, clock, policy, log }, init.seed),
      openStore: (life) => open(init.isDurable, { indexedDB: globalThis.indexedDB, name, scope, policy, clock, random }, life),
      openDrain: openDrain(init, { platform, scope, policy, net, device: init.device, way: init.isStealing ? 'steal' : 'queue' }),
    },
    signal,
  );
}

/** What was only in memory is drained by the page that holds it. */
function openDrain(init: HostInit, deps: Omit<EngineDrainDeps, 'indexedDB'>): EngineDeps['openDrain'] {
  if (!init.isDurable) return undefined;
  return async (seat, life) => (await import('./drain.ts')).startDrain({ ...deps, indexedDB: globalThis.indexedDB }, seat, life);
}

/** Requests with tokens, whose code is for those who use them: fetched at the start, and where that fails again with the next request. */
function bearerNet(deps: { readonly platform: Platform; readonly scope: Scope; readonly policy: Policy }, signal: AbortSignal): Net {
  let loading: Promise<Net> | null = null;
  const load = async (): Promise<Net> => (await import('./tokens.ts')).createEngineNet(deps, signal);
  const loaded = (): Promise<Net> => {
    loading ??= load();
    loading.catch(() => (loading = null));
    return loading;
  };
  loaded().catch(() => {});
  return { fetch: async (url, init) => (await loaded()).fetch(url, init) };
}

/** A page that runs its own engine holds `conn` itself, so that it can end a worker that hangs and still be the one who leads. */
function wayTo({ host, isStealing }: HostInit): 'queue' | 'steal' | 'held' {
  if (host !== 'shared') return 'held';
  return isStealing ? 'steal' : 'queue';
}

/** Memory only where the application wants it (`enablePersistence={false}`): a chunk of its own, because hardly anybody does. */
async function open(isDurable: boolean, deps: OpenStoreDeps, signal: AbortSignal): Promise<Store> {
  if (isDurable) return openStore(deps, signal);
  const { createMemoryStore } = await import('../store/memory-store.ts');
  return createMemoryStore(deps, signal);
}
