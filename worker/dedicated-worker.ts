// Entry point of an elected page's worker. The page holds `conn` for it; the engine leads at once and ends when the page says so, or by
// itself, and the page is told: it then gives the lock away.
import { decodeHostInit, decodeHostOrder, type HostInit, type HostNews } from '../src/protocol/rpc.ts';
import { PROTOCOL_VERSION } from '../src/protocol/version.ts';
import { startEngine } from '../src/engine/start-engine.ts';

declare const self: DedicatedWorkerGlobalScope;

/** Engines load it while they open their database; one whose worker was kept ready finds it here. */
import('../src/transport/sse-reader.ts').catch(() => {});

const life = new AbortController();
let isStarted = false;

self.addEventListener('message', ({ data }) => {
  if (decodeHostOrder(data)) life.abort();
  const init = decodeHostInit(data);
  if (init && !isStarted) void run(init);
});

async function run(init: HostInit): Promise<void> {
  isStarted = true;
  const end = await startEngine(init, __BUILD__, life.signal).over;
  self.postMessage({ v: PROTOCOL_VERSION, k: 'over', end } satisfies HostNews);
  self.close();
}
