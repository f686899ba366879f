// A stream that was opened before something else moved the cursor, over the real transports: what it says is not believed before the server has said
// that the cursor lies on its log.
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { goodStream, hello, message, until, type Answer } from './connection-harness.ts';
import { harness, isAt, reached, report, server, start } from './connection-stage.ts';

const published = () => harness.published.map(({ id }) => id);

/** One stream from place 0 that is told of nothing below 5, and then says 5; meanwhile the cursor was moved to 4. The next streams answer as `then` says. */
async function overtaken(then: Answer): Promise<void> {
  let first: ServerResponse | null = null;
  server.script.stream = (request, response) => {
    if (first) return then(request, response);
    first = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello());
  };
  await start();
  await isAt('connected');
  await harness.ingest.arrive({ kind: 'checkpoint', prev: cursorAt(0), id: cursorAt(4) });
  await harness.ingest.settled();
  first!.write(message('order_updated', eventAt(5, { prev: 0 }), cursorAt(5)));
}

it('[SEQ12] a stream that counts from before the cursor: one from the cursor is opened beside it, each event comes once, and nothing has failed', async () => {
  server.script.head = 6;
  await overtaken(goodStream(() => server.script.head));
  await until(() => reached() === 6);
  expect(server.times.filter(({ kind }) => kind === 'stream').map(({ from }) => from)).toEqual([0, 4]);
  await until(() => published().length === 2);
  expect(published()).toEqual([cursorAt(5), cursorAt(6)]);
  expect([report().state, report().breaker, server.requests('poll')]).toEqual(['connected', 'closed', 0]);
});

it('[SEQ12] where the cursor is on no log of the server any more, nothing of the stream that counted from before it is kept', async () => {
  await overtaken((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello());
    response.write(message('resync', { reason: 'forked' }));
    server.heal();
  });
  await until(() => server.times.some(({ kind, from }) => kind === 'stream' && from === 4));
  await until(() => reached() === 0);
  expect(published()).toEqual([]);
});
