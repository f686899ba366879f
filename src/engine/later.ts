// What an engine needs only after its start, as one thing to import: fetched after the first hello, so that it is there when the network is not.
export { createMetrics } from './metrics.ts';
export { startSweep } from './sweep.ts';
export { createTrouble } from './trouble.ts';
