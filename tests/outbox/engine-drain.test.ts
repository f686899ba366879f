// The drain inside an engine: when its code is fetched, what is lent to it, and one write all the way from the disk to the wire and back to the disk.
import { describe, expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { startDrain } from '../../src/engine/drain.ts';
import { createSeat, type SeatDeps } from '../../src/engine/drain-seat.ts';
import type { DrainSeat, EngineDrain } from '../../src/engine/contract.ts';
import { appendEntry } from '../../src/outbox/append.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import { createLockTable } from '../support/lock-table.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { forever, makeIndexedDb, NAME, realClock, SCOPE } from '../store/indexed-db-harness.ts';
import { requestFor } from './world.ts';

const calm = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

function seatOf({ fails = 0, state = 'connecting' } = {}) {
  const said: string[] = [];
  const world = { state, at: 'connected', isFallback: false, loads: 0, lent: null as DrainSeat | null };
  const round = () => ({
    opened: { isFallback: world.isFallback },
    ingest: { meta: () => ({ runNo: 4, cursor: 'c' }) },
    connection: { report: () => ({ state: world.state }), state: () => ({ at: world.at }), afford: async () => {} },
  });
  const openDrain = async (lent: DrainSeat): Promise<EngineDrain> => {
    world.loads += 1;
    if (world.loads <= fails) throw new TypeError('no code');
    world.lent = lent;
    return { kick: (why) => void said.push(why), saw: (events) => void said.push(`saw ${events.length}`) };
  };
  const deps = { openDrain, round, notes: { peek: () => 60_000 }, bus: { post: () => {}, listen: () => {} } } as unknown as SeatDeps;
  return { world, said, seat: createSeat(deps, forever) };
}

describe('[OBX36] the seat of the drain in an engine', () => {
  test('its code is fetched when there is a network, or with the first word about the outbox; later words go to it', async () => {
    const { world, said, seat } = seatOf();
    seat.changed();
    seat.saw([]);
    await calm();
    expect(world.loads).toBe(0);
    world.state = 'connected';
    seat.changed();
    seat.changed();
    await calm();
    expect(world.loads).toBe(1);
    seat.kick('append');
    seat.saw([]);
    world.state = 'reconnecting';
    seat.changed();
    world.state = 'polling_fallback';
    seat.changed();
    expect(said).toEqual(['append', 'saw 0', 'session']);
  });
  test('code that can not be fetched is asked for again', async () => {
    const { world, seat } = seatOf({ fails: 1 });
    seat.kick('append');
    await calm();
    seat.kick('append');
    await calm();
    expect(world.loads).toBe(2);
  });
  test('it knows the run of the disk, the next one while a snapshot is fetched, and nothing of memory', async () => {
    const { world, seat } = seatOf();
    seat.kick('start');
    await calm();
    expect(world.lent?.runNo()).toBe(4);
    expect(world.lent?.view()).toMatchObject({ cursor: 'c', runNo: 4 });
    world.at = 'resyncing';
    expect(world.lent?.runNo()).toBe(5);
    world.isFallback = true;
    expect([world.lent?.runNo(), world.lent?.view()]).toEqual([null, null]);
    expect(world.lent?.note('x')).toBe(60_000);
  });
});

test('[OBX36] a write goes from the disk to the wire, named and guarded, and its answer to the disk and to the pages', async () => {
  const harness = makeIndexedDb();
  const rows = await openOutboxRows(harness.deps, forever);
  const scope = { ...SCOPE, id: '0123456789abcdef' };
  const { id } = await appendEntry({ rows, scope: scope.id, clock: realClock, random: createSeededRandom(4) }, requestFor('o1'));
  const requests: { url: string; init: RequestInit }[] = [];
  const net = {
    fetch: async (url: string, init: RequestInit) => {
      requests.push({ url, init });
      return new Response('{}', { status: 200, headers: { 'content-type': 'application/json', etag: '"4"', 'x-sync-cursor': 'e_0000000000000001_00000000' } });
    },
  };
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const platform = {
    clock: realClock,
    random: createSeededRandom(9),
    locks: createLockTable().context(),
    net,
    log: { error: () => {}, info: () => {}, debug: () => {} },
    openBus: () => ({ post: () => {}, listen: () => {} }),
  };
  const seat: DrainSeat = { afford: async () => {}, note: () => 60_000, runNo: () => 7, view: () => null, post: resolve };
  const life = new AbortController();
  startDrain({ platform, scope, net, indexedDB: harness.deps.indexedDB, policy: POLICY, device: 'd1', way: 'queue' }, seat, life.signal);
  expect(await told).toMatchObject({ k: 'outbox', why: 'result' });
  expect(NAME).toBe('holdfast:0123456789abcdef:store');
  const [request] = requests;
  expect(request?.url).toBe('https://wash.example/api/v1/orders/o1');
  expect(new Headers(request?.init.headers).get('idempotency-key')).toBe(id);
  expect(Object.fromEntries(new Headers(request?.init.headers))).toMatchObject({
    'if-match': '"3"',
    'sync-tenant': 't1',
    'sync-user': 'u1',
    'sync-device': 'd1',
  });
  expect((await rows.list()).entries[0]).toMatchObject({ state: 'acked', answer: { ackVersion: 4, ackCursor: 'e_0000000000000001_00000000', runNo: 7 } });
  life.abort();
});
