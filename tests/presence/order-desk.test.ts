// A page's part in one order, against a server that is a table: leases, the lock and its loss, what is shown of others, and what is said when the page goes.
import { expect, test } from 'vitest';
import type { TeamNotice } from '../../src/protocol/team.ts';
import { createOrderDesk, type OrderDeskDeps } from '../../src/presence/order-desk.ts';
import type { RestAnswer } from '../../src/transport/contract.ts';
import { createTimeline } from '../support/virtual-clock.ts';

const KASUN = { user: 'kasun', name: 'Kasun', device: 'd9' };
const ME = { user: 'me', name: 'Me', device: 'd1' };
const answerOf = (status: number, body: unknown = null): RestAnswer => ({ status, etag: null, cursor: null, retryAfter: null, body, problem: {} });

function world(orderID = 'o1') {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const said: string[] = [];
  const left: string[] = [];
  const life = new AbortController();
  const state = { lock: null as (typeof KASUN & { orderID: string; expiresInMs: number }) | null, isOnline: true, isVisible: true, isSilent: false };
  const lockOf = (who: typeof KASUN) => ({ ...who, orderID, expiresInMs: 30_000 });
  const deps: OrderDeskDeps = {
    async ask({ method, path, body }) {
      said.push(`${method} ${path.split('/').at(-1)}${body ? ` ${JSON.stringify((body as { doing?: string }).doing ?? '')}` : ''}`);
      if (state.isSilent) return answerOf(0);
      if (path.endsWith('/lock') && method === 'PUT') {
        if (state.lock && state.lock.user !== ME.user) return answerOf(423, { lock: state.lock });
        return answerOf(200, { lock: (state.lock = lockOf(ME)), leaseMs: 30_000 });
      }
      if (path.endsWith('/lock')) state.lock = null;
      return answerOf(200, {
        people: [
          { ...ME, doing: 'viewing' },
          { ...KASUN, doing: 'viewing' },
        ],
        lock: state.lock,
        leaseMs: 30_000,
      });
    },
    farewell: (method, path) => void left.push(`${method} ${path.split('/').at(-1)}`),
    identity: ME,
    tab: 'tab',
    isVisible: () => state.isVisible,
    isOnline: () => state.isOnline,
    clock,
    notifier: { notify: (tell) => tell() },
  };
  const desk = createOrderDesk(deps, orderID, life.signal);
  const hear = (notice: TeamNotice) => desk.hear(notice);
  const settle = async () => {
    for (let turns = 0; turns < 30; turns++) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      timeline.advance(500);
      await settle();
    }
  };
  return { desk, said, left, state, hear, pass, settle, lockOf, now: () => desk.getSnapshot(), end: () => life.abort() };
}

test('[TEA1] a page that shows an order says so, renews it three times a lease, and shows others, never itself', async () => {
  const { desk, said, now, pass, settle } = world();
  const leave = desk.look();
  await settle();
  expect(now()).toMatchObject({ isKnown: true, people: [{ user: 'kasun' }], lock: null, standing: 'none' });
  expect(said).toEqual(['PUT presence "viewing"']);
  await pass(30_000);
  expect(said).toHaveLength(4);
  leave();
  await settle();
  expect(said.at(-1)).toBe('PUT presence ""');
  await pass(60_000);
  expect(said).toHaveLength(5);
});

test('[TEA1] what is taken back within one rendering is never said; a hidden page is not there, unless somebody edits in it', async () => {
  const { desk, said, state, settle } = world();
  desk.look()();
  await settle();
  expect(said).toEqual([]);
  desk.look();
  await settle();
  state.isVisible = false;
  desk.refresh();
  await settle();
  desk.edit();
  await settle();
  expect(said).toEqual(['PUT presence "viewing"', 'PUT presence ""', 'PUT lock', 'PUT presence "editing"']);
});

test('[TEA2] the lock is taken when editing begins, renewed while it lasts, and given back after', async () => {
  const { desk, said, now, pass, settle } = world();
  const stop = desk.edit();
  await settle();
  expect(now().standing).toBe('held');
  await pass(10_000);
  stop();
  await settle();
  expect(said.filter((line) => line.includes('lock'))).toEqual(['PUT lock', 'PUT lock', 'DELETE lock']);
  expect(now().standing).toBe('none');
});

test('[TEA2] while another has it nobody is blocked for ever: it is taken at the word that it is free, and without a word at the end of its lease', async () => {
  for (const isTold of [true, false]) {
    const { desk, state, hear, now, pass, settle, lockOf } = world();
    state.lock = lockOf(KASUN);
    desk.edit();
    await settle();
    expect(now()).toMatchObject({ standing: 'waiting', lock: { user: 'kasun' } });
    state.lock = null;
    if (isTold) hear({ type: 'order_lock', orderID: 'o1', lock: null });
    else await pass(31_500);
    await settle();
    expect(now()).toMatchObject({ standing: 'held', lock: null });
  }
});

test('[TEA3] a lock that another took over, or that could not be renewed in time, is lost, and taken again once it is free', async () => {
  const { desk, state, hear, now, pass, settle, lockOf } = world();
  desk.edit();
  await settle();
  hear({ type: 'order_lock', orderID: 'o1', lock: (state.lock = lockOf(KASUN)) });
  expect(now()).toMatchObject({ standing: 'lost', lock: { user: 'kasun' } });
  state.lock = null;
  hear({ type: 'order_lock', orderID: 'o1', lock: null });
  await settle();
  expect(now().standing).toBe('held');
  state.isSilent = true;
  await pass(45_000);
  expect(now()).toMatchObject({ standing: 'lost', isKnown: false });
  state.isSilent = false;
  await pass(15_000);
  expect(now().standing).toBe('held');
});

test('[TEA3] a tab of the same device that gives the lock back takes it from nobody', async () => {
  const { desk, state, hear, now, settle } = world();
  desk.edit();
  await settle();
  state.lock = null;
  hear({ type: 'order_lock', orderID: 'o1', lock: null });
  await settle();
  expect([now().standing, state.lock]).toMatchObject(['held', { user: 'me' }]);
});

test('[TEA4] without a connection nobody is shown, and nothing is asked', async () => {
  const { desk, said, state, now, settle } = world();
  desk.look();
  await settle();
  state.isOnline = false;
  desk.refresh();
  await settle();
  expect(now()).toMatchObject({ isKnown: false, people: [], lock: null });
  expect(said).toHaveLength(1);
});

test('[TEA4] typing is shown for some seconds and said at most every two', async () => {
  const { desk, said, hear, now, pass, settle } = world();
  desk.look();
  await settle();
  hear({ type: 'typing', orderID: 'o1', who: KASUN, field: 'note' });
  hear({ type: 'typing', orderID: 'o1', who: ME, field: 'note' });
  expect(now().typing).toEqual([KASUN]);
  await pass(5_000);
  expect(now().typing).toEqual([]);
  for (let stroke = 0; stroke < 10; stroke++) desk.typed('note');
  expect(said.filter((line) => line.includes('typing'))).toHaveLength(1);
});

test('[TEA5] a page that goes gives back what it holds, without waiting', async () => {
  const { desk, left, settle } = world();
  desk.look();
  desk.edit();
  await settle();
  desk.leave();
  expect(left).toEqual(['DELETE lock', 'PUT presence']);
  desk.leave();
  expect(left).toHaveLength(2);
});
