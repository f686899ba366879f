// Writes of one device about documents that an earlier one makes or changes on the side: they follow it, although their lanes are others.
import { expect, test } from 'vitest';
import { createWorld, requestFor } from './world.ts';

const start = requestFor('o1', {
  method: 'POST',
  path: '/api/v1/orders/o1/stage',
  body: { stage: 'in_progress', bayId: 'b1', jobId: 'j1' },
  also: [
    { collection: 'jobs', docId: 'j1', doc: { step: 'washing' } },
    { collection: 'queues', docId: 'main', patch: { entries: [] } },
  ],
});
const drying = requestFor('j1', { path: '/api/v1/jobs/j1', body: { step: 'drying' }, effect: { collection: 'jobs', docId: 'j1', patch: { step: 'drying' } } });
const ready = requestFor('o1', {
  method: 'POST',
  path: '/api/v1/orders/o1/stage',
  body: { stage: 'ready' },
  also: [{ collection: 'jobs', docId: 'j1', patch: { step: 'done' } }],
});
const other = requestFor('o2', { also: [{ collection: 'queues', docId: 'main', patch: { entries: [] } }] });

test('[OBX17] a write waits behind one that makes its document, and one that changes a document on the side behind those about it', async () => {
  const world = createWorld();
  const paths = () => world.sent.map(({ path, body }) => `${path.split('/').at(-1)} ${JSON.stringify(body)}`);
  const gates: (() => void)[] = [];
  world.answers(() => new Promise((resolve) => gates.push(() => resolve({ status: 200, etag: '"4"', problem: {} }))));
  for (const request of [start, drying, ready, other]) await world.append(request);
  await world.start();
  expect(paths()).toEqual([expect.stringContaining('in_progress'), expect.stringContaining('o2')]);
  for (let n = 0; n < 4; n++) {
    gates.forEach((open) => open());
    await world.calm();
  }
  expect(world.sent.map(({ body }) => JSON.stringify(body)).filter((text) => text !== '{"notes":"mine"}')).toEqual([
    JSON.stringify(start.body),
    JSON.stringify(drying.body),
    JSON.stringify(ready.body),
  ]);
});
