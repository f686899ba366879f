// What a drain leaves to the next one, and what it says of itself.
import { describe, expect, test } from 'vitest';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { answer, createWorld, OK, requestFor } from './world.ts';

describe('[OBX32] dying and taking over', () => {
  test('what another drain had begun is sent again under the same key', async () => {
    const world = createWorld();
    const life = new AbortController();
    world.answers(() => new Promise(() => {}));
    await world.append();
    await world.start({}, life.signal);
    life.abort();
    await world.calm();
    world.answers(() => OK);
    await world.start();
    expect(world.sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([world.sent[0]?.idempotencyKey, world.sent[0]?.idempotencyKey]);
    expect((await world.rows.list()).entries[0]).toMatchObject({ state: 'acked', attempt: 2 });
  });
  test('of two drains at once each entry belongs to one; a late answer of the other changes nothing', async () => {
    const world = createWorld();
    const late: (() => void)[] = [];
    world.answers(() => new Promise((resolve) => late.push(() => resolve(answer(422, 'write/rejected')))));
    await world.append();
    await world.start();
    world.answers(() => OK);
    await world.start();
    expect(await world.states()).toBe('acked');
    late.forEach((finish) => finish());
    await world.calm();
    expect((await world.rows.list()).entries[0]).toMatchObject({ state: 'acked', attempt: 2 });
  });
  test('an old picture of the rows claims nothing: it looks again, and goes on from there', async () => {
    const world = createWorld();
    const { id } = await world.append();
    await world.append();
    const old = await world.rows.list();
    await world.decisions.discard(id);
    let reads = 0;
    await world.start({ rows: { ...world.rows, list: () => (++reads === 1 ? Promise.resolve(old) : world.rows.list()) } });
    expect(world.sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([old.entries[1]?.id]);
    expect(await world.states()).toBe('discarded acked');
  });
  test('what another drain has begun since is not begun by an old picture', async () => {
    const world = createWorld();
    world.answers(() => new Promise(() => {}));
    await world.append();
    const old = await world.rows.list();
    await world.start();
    await world.start({ rows: { ...world.rows, list: () => Promise.resolve(old) } });
    expect(world.sent).toHaveLength(1);
  });
  test('a store that fails is tried again, and nothing is sent that it does not know of', async () => {
    const world = createWorld();
    let failing = 0;
    const change: typeof world.rows.change = async (...call) => {
      if (failing-- > 0) throw new Error('no disk');
      return world.rows.change(...call);
    };
    await world.append();
    failing = 1;
    await world.start({ rows: { ...world.rows, change } });
    expect(world.sent).toHaveLength(0);
    await world.pass(5_000, 250);
    expect(await world.states()).toBe('acked');
  });
  test('[OBX12] an event that carries its id confirms an entry whose answer is missing', async () => {
    const world = createWorld();
    world.answers(() => new Promise(() => {}));
    const { id } = await world.append();
    const drain = await world.start();
    const cursor = formatCursor('e1', 8, '00000000');
    drain.saw([{ mutationId: id, id: cursor, changes: [{ collection: 'orders', id: 'o1', version: 4 }] }]);
    await world.calm();
    expect((await world.rows.list()).entries[0]).toMatchObject({ state: 'acked', answer: { ackVersion: 4, ackCursor: cursor } });
  });
  test('[OBX10] what is over goes when the log has it and every page had a minute to see it', async () => {
    const world = createWorld();
    world.answers(() => ({ ...OK, cursor: formatCursor('e1', 8, '00000000') }));
    await world.append();
    let seq = 7;
    const drain = await world.start({ view: () => ({ cursor: formatCursor('e1', seq, '00000000'), runNo: 1, hasSeen: () => false }) });
    const later = async (ms: number) => {
      await world.pass(ms, 5_000);
      drain.kick('wake');
      await world.calm();
    };
    await later(ENTRY_POLICY.keepEndedMs * 2);
    expect(await world.states()).toBe('acked');
    seq = 8;
    await later(20_000);
    expect(await world.states()).toBe('');
  });
});

describe('[OBX33] how it stands', () => {
  test('something to send and no attempt for half a minute is a fault; waiting for a person is none', async () => {
    const world = createWorld();
    await world.append();
    const drain = await world.start({ rows: { ...world.rows, change: () => new Promise(() => {}) } });
    expect(drain.standing()).toMatchObject({ waiting: 1, isStalled: false });
    await world.pass(31_000, 1_000);
    expect(drain.standing().isStalled).toBe(true);
  });
  test('it settles also for those who ask while it reads', async () => {
    const world = createWorld();
    await world.append();
    const drain = await world.start();
    drain.kick('wake');
    const both = Promise.all([drain.settled(0), drain.settled(0)]);
    await world.calm();
    expect((await both).map(({ waiting }) => waiting)).toEqual([0, 0]);
  });
  test('it settles when nothing more can be done for now', async () => {
    const world = createWorld();
    world.answers(() => answer(503, undefined, { retryAfter: '60' }));
    await world.append();
    const drain = await world.start();
    expect(await drain.settled(5_000)).toMatchObject({ waiting: 1, retryInMs: 60_000 });
  });
  test('pages are told, not more often than they can read', async () => {
    const world = createWorld();
    for (let n = 0; n < 20; n++) await world.append(requestFor(`o${n}`));
    await world.start();
    await world.pass(2_000, 50);
    expect(world.changes()).toBeGreaterThan(0);
    expect(world.changes()).toBeLessThan(8);
  });
});
