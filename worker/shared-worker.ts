// Entry point of the SharedWorker: the place where an engine runs when the browser has one. It starts the engine of the scope
// that its first page names, and closes itself when that engine is over, so that the next page gets a fresh worker.
import { decodeHostInit, type HostInit } from '../src/protocol/rpc.ts';
import { withPolicy } from '../src/core/policy.ts';
import { createBrowserPlatform } from '../src/platform/browser.ts';
import { scopeNames } from '../src/scope/scope.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/contract.ts';
import type { OpenStoreDeps } from '../src/store/open-store.ts';
import { createSseTransport } from '../src/transport/sse.ts';
import { createLazySnapshots } from '../src/transport/lazy-snapshots.ts';
import { createEngine } from '../src/engine/engine.ts';

declare const self: SharedWorkerGlobalScope;

let isStarted = false;

self.addEventListener('connect', (event) => {
  for (const port of event.ports) {
    port.addEventListener('message', ({ data }) => begin(decodeHostInit(data)));
    port.start();
  }
});

function begin(init: HostInit | null): void {
  if (!init || isStarted) return;
  isStarted = true;
  void run(init);
}

async function run(init: HostInit): Promise<void> {
  const platform = createBrowserPlatform();
  const policy = withPolicy(init.policy);
  const { scope } = init;
  const { clock, net, log } = platform;
  const name = scopeNames(scope).database;
  const engine = createEngine(
    {
      platform,
      scope,
      policy,
      device: init.device,
      host: 'shared',
      build: String(__BUILD__),
      stream: createSseTransport({ net, clock, policy, log }),
      rest: createLazySnapshots({ net, clock, policy, log }),
      openStore: (signal) => open(init.isDurable, { indexedDB: self.indexedDB, name, scope, policy, clock, random: platform.random }, signal),
    },
    new AbortController().signal,
  );
  await engine.over;
  self.close();
}

/** Memory only where the application wants it (`enablePersistence={false}`): a chunk of its own, because hardly anybody does. */
async function open(isDurable: boolean, deps: OpenStoreDeps, signal: AbortSignal): Promise<Store> {
  if (isDurable) return openStore(deps, signal);
  const { createMemoryStore } = await import('../src/store/memory-store.ts');
  return createMemoryStore(deps, signal);
}
