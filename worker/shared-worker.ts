// Entry point of the SharedWorker: the place where an engine runs when the browser has one. It starts the engine of the scope that its
// first page names, and closes itself when that engine is over, so that the next page gets a fresh worker.
import { decodeHostInit, type HostInit } from '../src/protocol/rpc.ts';
import { startEngine } from '../src/engine/start-engine.ts';

declare const self: SharedWorkerGlobalScope;

/** Asked for by a page that has come since the present engine began to retire: it would otherwise have joined a worker that closes. */
let wanted: HostInit | null = null;
let isEnding = (): boolean => false;
let isRunning = false;

self.addEventListener('connect', (event) => {
  for (const port of event.ports) {
    port.addEventListener('message', ({ data }) => begin(decodeHostInit(data)));
    port.start();
  }
});

function begin(init: HostInit | null): void {
  if (!init || (isRunning && !isEnding())) return;
  wanted = init;
  if (!isRunning) void run();
}

async function run(): Promise<void> {
  isRunning = true;
  while (wanted) {
    const init: HostInit = wanted;
    wanted = null;
    const engine = startEngine(init, __BUILD__, new AbortController().signal);
    isEnding = engine.isEnding;
    await engine.over;
  }
  self.close();
}
