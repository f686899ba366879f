// A server that answers as a test says, and a connection to it, for each test of the file that imports this. `server` is there when a test begins,
// `harness` from its `start` on; both end with the test.
import { afterEach, beforeEach } from 'vitest';
import { parseCursor } from '../../src/protocol/cursor.ts';
import { createScriptedServer, startConnectionTo, until, type ConnectionHarness, type HarnessOptions } from './connection-harness.ts';

export let server: Awaited<ReturnType<typeof createScriptedServer>>;
export let harness: ConnectionHarness;

beforeEach(async () => {
  server = await createScriptedServer();
});
afterEach(async () => {
  harness.end();
  await server.close();
});

export const start = async (options?: HarnessOptions) => void (harness = await startConnectionTo(server.url, options));
export const report = () => harness.connection.report();
export const isAt = (...states: string[]) => until(() => states.includes(report().state));
/** Place of the newest event that arrived; -1 before any snapshot. */
export const reached = () => parseCursor(harness.ingest.cursor())?.seq ?? -1;
