// A tablet that was offline for a whole day: hundreds of writes come back as a stream, in order, each once, and in the time that
// the rate allows. (`day-offline` plays two thousand, with answers that get lost.)
import { expect, test } from 'vitest';
import { createWorld, OK, requestFor } from './world.ts';

const WRITES = 400;
const ORDERS = 40;

test('[OBX30] hundreds of writes go out at no more than twenty a second, those about one document in order, and no slower than that', async () => {
  const world = createWorld();
  let isOnline = false;
  world.answers((_, n) => (isOnline ? { ...OK, etag: `"${n + 3}"` } : { status: 0 }));
  const ids: string[] = [];
  for (let n = 0; n < WRITES; n++) ids.push((await world.append(requestFor(`o${n % ORDERS}`))).id);
  const drain = await world.start();
  await world.pass(120_000, 2_000);
  const tried = world.sent.length;
  expect(tried).toBeLessThan(40);
  isOnline = true;
  drain.kick('online');
  const startedAt = world.timeline.now();
  await world.pass((WRITES / 20) * 1_000 + 10_000, 100);
  expect((await world.rows.list()).entries.every(({ state }) => state === 'acked')).toBe(true);
  const done = world.sent.slice(tried);
  expect(done).toHaveLength(WRITES);
  for (let order = 0; order < ORDERS; order++) {
    const mine = done.filter(({ path }) => path.endsWith(`/o${order}`)).map(({ idempotencyKey }) => idempotencyKey);
    expect(mine).toEqual(ids.filter((_, n) => n % ORDERS === order));
  }
  const seconds = new Map<number, number>();
  for (const { at } of done) seconds.set(Math.floor((at - startedAt) / 1_000), (seconds.get(Math.floor((at - startedAt) / 1_000)) ?? 0) + 1);
  expect(Math.max(...seconds.values())).toBeLessThanOrEqual(21);
});
