// What an attempt leaves at the signal of its engine, which lives for days: nothing, however many there were.
import { getEventListeners } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createScriptedServer, startConnectionTo, status, until } from './connection-harness.ts';

it('[CON15] neither polls, streams that fail, nor waits for the budget add listeners or followers to the signal of the engine', async () => {
  const server = await createScriptedServer();
  server.script.stream = status(500);
  const followed = vi.spyOn(AbortSignal, 'any');
  const policy = { requestBudget: 3, requestWindowMs: 60, breakerOpenMs: 40, breakerMaxMs: 40, pollAfterMs: 20 };
  const harness = await startConnectionTo(server.url, { policy, isSynced: true });
  onTestFinished(async () => {
    harness.end();
    await server.close();
  });
  const listening = (): number => getEventListeners(harness.life, 'abort').length;
  await until(() => server.requests('poll') > 5 && server.requests('stream') > 5);
  const before = listening();
  const polls = server.requests('poll');
  await until(() => server.requests('poll') > polls + 20);
  expect(listening()).toBeLessThanOrEqual(before + 2);
  expect(followed.mock.calls.filter(([signals]) => [...signals].includes(harness.life))).toEqual([]);
});

it('[CON15] the end of the engine ends the attempt that is under way', async () => {
  const server = await createScriptedServer();
  let isOver = false;
  server.script.stream = (request, response) => {
    response.on('close', () => (isOver = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': quiet\n\n');
    request.resume();
  };
  const harness = await startConnectionTo(server.url, { isSynced: true });
  onTestFinished(server.close);
  await until(() => server.requests('stream') === 1);
  harness.end();
  await until(() => isOver);
});
