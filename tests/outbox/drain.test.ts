// The drain: order, pace, answers, refusals.
import { describe, expect, test } from 'vitest';
import { SCOPE_ID } from './entries.ts';
import { answer, createWorld, OK, requestFor, type Sent } from './world.ts';

const lanes = (sent: readonly Sent[]) => sent.map(({ path }) => path.split('/').at(-1));
const theirs = (doc: { notes: string; price: number }, version = 9) => ({ current: { collection: 'orders', id: 'o1', version, doc } });

describe('[OBX7] lanes', () => {
  test('one entry a document at a time, in order; four documents at once', async () => {
    const world = createWorld();
    let finish = (): void => {};
    world.answers(() => new Promise((resolve) => (finish = () => resolve(OK))));
    for (const order of ['o1', 'o1', 'o2', 'o3', 'o4', 'o5']) await world.append(requestFor(order));
    await world.start();
    expect(lanes(world.sent)).toEqual(['o1', 'o2', 'o3', 'o4']);
    finish();
    await world.calm();
    expect(lanes(world.sent)).toEqual(['o1', 'o2', 'o3', 'o4', 'o5']);
  });
  test("the request is the one that was appended, under its own id, in its user's name", async () => {
    const world = createWorld();
    const { id } = await world.append();
    await world.start();
    expect(world.sent[0]).toMatchObject({ method: 'PATCH', body: { notes: 'mine' }, idempotencyKey: id, ifMatch: 3, identity: { tenant: 't1', user: 'u1' } });
  });
  test('[OBX8] a second change goes on the version that the first was given', async () => {
    const world = createWorld();
    world.answers((_, n) => ({ ...OK, etag: `"${3 + n}"` }));
    for (let n = 0; n < 3; n++) await world.append();
    await world.start();
    expect(world.sent.map(({ ifMatch }) => ifMatch)).toEqual([3, 4, 5]);
    expect(await world.states()).toBe('acked acked acked');
  });
  test('[OBX24] an entry of a newer version keeps its lane waiting', async () => {
    const world = createWorld();
    const { entries } = await world.rows.list();
    const place = '000000000001.0000';
    const list = async () => ({ entries: (await world.rows.list()).entries, unread: [{ id: 'n', place: '000000000000.0000', lane: 'orders:o1' }] });
    await world.append(requestFor('o1'));
    await world.append(requestFor('o2'));
    const drain = await world.start({ rows: { ...world.rows, list } });
    expect([entries.length, place.length, lanes(world.sent)]).toEqual([0, 17, ['o2']]);
    expect(drain.standing()).toMatchObject({ waiting: 1, unread: 1 });
  });
});

describe('[OBX30] pace', () => {
  test('twenty a second at most, in order', async () => {
    const world = createWorld();
    for (let n = 0; n < 70; n++) await world.append(requestFor(`o${n}`));
    await world.start();
    await world.pass(4_000);
    expect(lanes(world.sent)).toEqual(Array.from({ length: 70 }, (_, n) => `o${n}`));
    const inWindow = world.sent.map(({ at }) => world.sent.filter((other) => other.at >= at && other.at < at + 1_000).length);
    expect(Math.max(...inWindow)).toBe(20);
    expect(world.sent.at(-1)?.at).toBeLessThan(4_000);
  });
  test('while the server fails one entry is tried at a time, ever more slowly, out of the shared budget', async () => {
    const world = createWorld();
    world.answers(() => answer(503));
    for (let n = 0; n < 8; n++) await world.append(requestFor(`o${n}`));
    let afforded = 0;
    await world.start({ afford: async () => void (afforded += 1) });
    await world.pass(120_000, 250);
    expect(world.sent.length).toBeLessThan(40);
    expect(world.sent.length).toBeGreaterThan(8);
    expect(afforded).toBeGreaterThan(5);
    const late = world.sent.filter(({ at }) => at > 20_000);
    for (const [index, { at }] of late.entries()) expect((late[index + 1]?.at ?? 120_000) - at).toBeLessThanOrEqual(40_250);
  });
  test('what wakes it tries at once, but never inside a Retry-After', async () => {
    const world = createWorld();
    world.answers(() => answer(503, undefined, { retryAfter: '30' }));
    await world.append();
    const drain = await world.start();
    for (const why of ['online', 'visible', 'wake', 'session', 'append'] as const) drain.kick(why);
    await world.pass(29_000, 1_000);
    expect(world.sent).toHaveLength(1);
    world.answers(() => answer(503));
    await world.pass(2_000, 500);
    expect(world.sent).toHaveLength(2);
    for (let n = 0; n < 6; n++) {
      drain.kick('online');
      await world.calm();
    }
    expect(world.sent).toHaveLength(8);
  });
  test('a server that is back is found within half a minute without any sign', async () => {
    const world = createWorld();
    world.answers(() => answer(500));
    for (let n = 0; n < 5; n++) await world.append(requestFor(`o${n}`));
    await world.start();
    await world.pass(300_000, 1_000);
    world.answers(() => OK);
    await world.pass(45_000, 250);
    expect(await world.states()).toBe('acked acked acked acked acked');
  });
  test('[OBX5] a write that the server is still at work on waits alone', async () => {
    const world = createWorld();
    world.answers(({ path }, n) => (path.endsWith('o1') && n < 5 ? answer(409, 'write/in-flight') : OK));
    await world.append(requestFor('o1'));
    await world.append(requestFor('o2'));
    await world.start();
    expect(await world.states()).toBe('waiting acked');
    await world.pass(10_000, 250);
    expect(await world.states()).toBe('acked acked');
    expect(new Set(world.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
  });
});

describe('[OBX31] sessions', () => {
  test.each([
    ['401', () => answer(401, 'auth/expired')],
    ["another user's session", () => answer(403, 'identity/mismatch')],
  ])('%s parks everything; nothing more is sent until a session works', async (_, refusal) => {
    const world = createWorld();
    for (const order of ['o1', 'o2', 'o3']) await world.append(requestFor(order));
    const finish: (() => void)[] = [];
    world.answers(() => new Promise((resolve) => finish.push(() => resolve(refusal()))));
    const drain = await world.start();
    const before = world.sent.length;
    world.answers(refusal);
    finish.forEach((one) => one());
    await world.calm();
    drain.kick('online');
    drain.kick('append');
    await world.pass(200_000, 5_000);
    expect(world.sent).toHaveLength(before);
    expect(drain.standing().parked).toBeGreaterThan(0);
    world.answers(() => OK);
    drain.kick('session');
    await world.pass(15_000, 250);
    expect(await world.states()).toBe('acked acked acked');
  });
  test('an entry of another scope is never sent', async () => {
    const world = createWorld();
    await world.append();
    const drain = await world.start({ scope: 'ffffffffffffffff' });
    await world.pass(60_000, 1_000);
    expect([world.sent.length, world.logged.length > 0, drain.standing().unread]).toEqual([0, true, 1]);
    expect(SCOPE_ID).not.toBe('ffffffffffffffff');
  });
});

describe('[OBX15] conflicts', () => {
  test('what merges is sent again under a new id, in the same place, before what follows', async () => {
    const world = createWorld();
    world.answers((_, n) => (n === 1 ? answer(412, 'write/stale', { problem: theirs({ notes: 'before', price: 9 }) }) : { ...OK, etag: `"${8 + n}"` }));
    const { id } = await world.append();
    await world.append({ body: { price: 6 }, effect: { collection: 'orders', docId: 'o1', patch: { notes: 'second' } } });
    await world.start();
    expect(world.sent.map(({ ifMatch }) => ifMatch)).toEqual([3, 9, 10]);
    expect(new Set(world.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    expect((await world.rows.list()).entries.map(({ state, supersedes }) => [state, supersedes])).toEqual([
      ['superseded', null],
      ['acked', id],
      ['acked', null],
    ]);
  });
  test('a rule that refuses whatever is sent costs two requests, not an endless row of them', async () => {
    const world = createWorld();
    world.answers(() => answer(409, 'write/conflict', { problem: { code: 'write/conflict', ...theirs({ notes: 'before', price: 5 }, 4) } }));
    await world.append({ policy: 'optimistic' });
    await world.start();
    await world.pass(20_000, 500);
    expect([world.sent.length, await world.states()]).toEqual([2, 'superseded conflict']);
  });
  test('what collides waits for a person, and its lane behind it', async () => {
    const world = createWorld();
    world.answers(({ path }) => (path.endsWith('o1') ? answer(412, 'write/stale', { problem: theirs({ notes: 'theirs', price: 5 }) }) : OK));
    for (const order of ['o1', 'o1', 'o2']) await world.append(requestFor(order));
    const drain = await world.start();
    await world.pass(60_000, 1_000);
    expect(await world.states()).toBe('conflict waiting acked');
    expect(drain.standing()).toMatchObject({ conflicts: 1, isStalled: false });
  });
  test('[OBX9] what follows is looked at again where others changed its field', async () => {
    const world = createWorld();
    world.answers((_, n) => (n === 1 ? answer(412, 'write/stale', { problem: theirs({ notes: 'before', price: 9 }) }) : { ...OK, etag: '"10"' }));
    await world.append();
    await world.append({ body: { price: 6 }, effect: { collection: 'orders', docId: 'o1', patch: { price: 6 } } });
    await world.start();
    const { entries } = await world.rows.list();
    expect(entries.at(-1)).toMatchObject({ state: 'conflict', answer: { code: 'outbox/overtaken', current: { version: 9 } } });
    expect(world.sent).toHaveLength(2);
  });
  test('[OBX9] what was sent too long ago is not sent again', async () => {
    const world = createWorld();
    world.answers(() => answer(0, 'net/timeout'));
    await world.append();
    const drain = await world.start({ idempotencyMs: () => 60_000 });
    await world.pass(59_000, 1_000);
    const before = world.sent.length;
    world.clock.jump(60_000);
    drain.kick('online');
    await world.pass(60_000, 1_000);
    expect([world.sent.length, (await world.rows.list()).entries[0]?.answer?.code]).toEqual([before, 'outbox/too-old']);
  });
  test('who may not decide leaves conflicts, and who may takes them up', async () => {
    const world = createWorld();
    world.answers((_, n) => (n === 1 ? answer(412, 'write/stale', { problem: theirs({ notes: 'before', price: 9 }) }) : OK));
    await world.append();
    const life = new AbortController();
    const drain = await world.start({ isDeciding: false }, life.signal);
    expect(await drain.settled(5_000)).toMatchObject({ conflicts: 1 });
    expect(await world.states()).toBe('conflict');
    life.abort();
    await world.start();
    expect(await world.states()).toBe('superseded acked');
  });
});
