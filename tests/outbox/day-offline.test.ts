// A device that was offline for eight hours with 2,000 writes comes back, simulated whole: what it asks meanwhile, how fast and in which order it sends,
// and what the server did in the end, although some of its answers are lost on the way.
import { expect, test } from 'vitest';
import { formatPlace, type Entry } from '../../src/core/entry.ts';
import type { OutboxRows } from '../../src/store/outbox-rows.ts';
import type { RestRequest } from '../../src/transport/contract.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createWorld, requestFor } from './world.ts';

const WRITES = 2_000;
const ORDERS = 60;
const DAY_MS = 8 * 3_600_000;
const LOST = 0.02;
/** Work comes in waves. */
const BURST = 100;

/** Rows that cost what they hold and no more: the real ones weigh all of them at each append. */
function createPlainRows(): OutboxRows {
  const held = new Map<string, Entry>();
  return {
    list: async () => ({ entries: [...held.values()], unread: [] }),
    async append(entry) {
      const placed = { ...entry, place: formatPlace(held.size + 1) };
      held.set(placed.id, placed);
      return placed;
    },
    async change(names, change) {
      const after = change(names.flatMap(({ id }) => held.get(id) ?? []));
      for (const entry of after) held.set(entry.id, entry);
      return after;
    },
    sweep: async () => {},
    close: () => {},
  };
}

/** Versions, kept answers, and the ids in the order in which they were applied. */
function createVersionedServer() {
  const versions = new Map<string, number>();
  const kept = new Map<string, number>();
  const applied: { readonly id: string; readonly path: string }[] = [];
  return {
    applied,
    /** The status, and the version that the document has afterwards. */
    answer({ path, idempotencyKey = '', ifMatch }: RestRequest): { readonly status: number; readonly version: number } {
      const known = kept.get(idempotencyKey);
      if (known !== undefined) return { status: 200, version: known };
      const version = versions.get(path) ?? 3;
      if (ifMatch !== version) return { status: 412, version };
      versions.set(path, version + 1);
      kept.set(idempotencyKey, version + 1);
      applied.push({ id: idempotencyKey, path });
      return { status: 200, version: version + 1 };
    },
  };
}

test(
  '[SWO2] eight hours offline and 2,000 writes: few requests meanwhile, then twenty a second, in order, each once, and soon through',
  { timeout: 120_000 },
  async () => {
    const world = createWorld(createPlainRows());
    const server = createVersionedServer();
    const random = createSeededRandom(11);
    const drain = await world.start();
    world.answers(() => ({ status: 0, problem: { code: 'net/offline' } }));
    const ids: string[] = [];
    for (let n = 0; n < WRITES; n++) {
      const patch = { notes: `n${n}` };
      const docId = `o${n % ORDERS}`;
      ids.push((await world.append(requestFor(docId, { body: patch, effect: { collection: 'orders', docId, patch } }))).id);
      if (ids.length % BURST > 0) continue;
      drain.kick('append');
      await world.pass((DAY_MS * BURST) / WRITES, 20_000);
    }
    expect(drain.standing().waiting).toBe(WRITES);
    // The pause grows to twenty seconds, with full jitter.
    expect(world.sent.length).toBeLessThan(DAY_MS / 5_000);

    const from = world.sent.length;
    const back = world.timeline.now();
    world.answers((request) => {
      const { status, version } = server.answer(request);
      if (random.number() < LOST) return { status: 0, problem: { code: 'net/offline' } };
      return { status, etag: `"${version}"`, problem: {} };
    });
    drain.kick('online');
    while (drain.standing().waiting > 0 && world.timeline.now() - back < 600_000) await world.pass(1_000, 100);

    const times = world.sent.slice(from).map(({ at }) => at);
    for (const at of times) expect(times.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(20);
    expect(server.applied.map(({ id }) => id).toSorted()).toEqual([...ids].toSorted());
    for (let order = 0; order < ORDERS; order++) {
      const own = server.applied.filter(({ path }) => path === `/api/v1/orders/o${order}`).map(({ id }) => id);
      expect(own).toEqual(ids.filter((_, n) => n % ORDERS === order));
    }
    expect(await world.states()).toBe(ids.map(() => 'acked').join(' '));
  },
);
