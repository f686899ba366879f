// A connection that polls, and somebody who says when there is something to ask for: real machine, transports and ingest against a real server.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { StreamTransport, WakeUpListener } from '../../src/transport/contract.ts';
import { createScriptedServer, startConnectionTo, status, until, type ConnectionHarness } from './connection-harness.ts';

let server: Awaited<ReturnType<typeof createScriptedServer>>;
let harness: ConnectionHarness;
let listeners: { readonly listener: WakeUpListener; readonly signal: AbortSignal }[];
beforeEach(async () => {
  server = await createScriptedServer();
  listeners = [];
});
afterEach(async () => {
  harness.end();
  await server.close();
});

/** Polls every hour, because streams are refused. */
async function startPolling(wakeUps: StreamTransport['wakeUps']): Promise<void> {
  server.script.stream = status(500);
  const hour = 3_600_000;
  const policy = { pollMs: [hour, hour], nudgedPollMs: 20, nudgeSpreadMs: 5, breakerOpenMs: hour, breakerMaxMs: hour } as const;
  harness = await startConnectionTo(server.url, { policy, isSynced: true, ...(wakeUps ? { wakeUps } : {}) });
  await until(() => report().state === 'polling_fallback');
}

const report = () => harness.connection.report();
const reached = () => parseCursor(harness.ingest.cursor())?.seq ?? -1;
const willing: StreamTransport['wakeUps'] = async (_request, listener, signal) => void listeners.push({ listener, signal });

it('[POL16] a wake-up brings an event that the next poll would have brought in an hour', async () => {
  await startPolling(willing);
  await until(() => listeners.length === 1);
  const before = server.requests('poll');
  server.script.head = 1;
  listeners[0]?.listener.nudge();
  await until(() => reached() === 1);
  expect([server.requests('poll'), harness.counters.totals()['nudges']]).toEqual([before + 1, 1]);
});

it('[POL18] it listens while it polls: what a stream that greets ends says nothing any more, and the next polls listen anew', async () => {
  await startPolling(willing);
  await until(() => listeners.length === 1);
  listeners[0]?.listener.listening(true);
  expect(report().isWoken).toBe(true);
  server.heal();
  harness.connection.input({ type: 'ask' });
  await until(() => report().state === 'connected');
  expect([report().isWoken, listeners[0]?.signal.aborted]).toEqual([false, true]);
  const before = harness.connection.state();
  listeners[0]?.listener.nudge();
  listeners[0]?.listener.listening(true);
  expect([harness.connection.state() === before, report().isWoken, harness.counters.totals()['nudges']]).toEqual([true, false, undefined]);
  harness.connection.input({ type: 'prefer', transport: 'polling' });
  await until(() => listeners.length === 2);
  harness.end();
  expect(listeners[1]?.signal.aborted).toBe(true);
});

it('[POL19] nobody who listens, or a way that ends at once, leaves polls as they were', async () => {
  for (const wakeUps of [undefined, async () => {}, () => Promise.reject(new Error('offline'))]) {
    await startPolling(wakeUps);
    expect(report()).toMatchObject({ state: 'polling_fallback', isWoken: false });
    harness.end();
  }
});
