import { describe, expect, test } from 'vitest';
import { countMoves, listOrders } from '../../src/domain/order-list.ts';
import { createOrderRows, fold } from '../../src/domain/order-rows.ts';
import type { Order } from '../../src/domain/order.ts';
import { startOfDay } from '../../src/domain/selectors.ts';
import { ago, hold, NOW, order } from '../app/fixtures.ts';
import { manyOrders, orderDocuments } from '../app/order-documents.ts';

const TODAY = startOfDay(NOW);
const rows = createOrderRows()(orderDocuments());
const plates = (filter: Parameters<typeof listOrders>[1], query = '') => listOrders(rows, filter, query, TODAY).rows.map(({ plate }) => plate);

describe('[ORD1] the list shows what is asked for', () => {
  test('open orders by promise, and how many each filter would show', () => {
    const { rows: open, counts, total } = listOrders(rows, 'open', '', TODAY);
    expect(open.map(({ promisedAtMs }) => promisedAtMs)).toEqual(open.map(({ promisedAtMs }) => promisedAtMs).toSorted((a, b) => a - b));
    expect(counts).toEqual({ open: 15, waiting: 7, washing: 2, drying: 1, ready: 3, paid: 2, done: 29, all: 44 });
    expect(total).toBe(44);
  });
  test.each([
    ['cbf4821', ['CBF 4821']],
    ['4821', ['CBF 4821']],
    ['jayaw', ['CBF 4821']],
    ['1052', ['CBF 4821']],
    ['  prius WHITE ', ['CBH 1176']],
    ['nobody', []],
  ])('a search for "%s" finds plate, name, number and vehicle', (query, found) => expect(plates('open', query)).toEqual(found));
  test('handed over yesterday is found under all, and not under today', () => {
    const old = createOrderRows()({ ...orderDocuments(), orders: hold(order('o9', 'OLD 0001', 'completed', { stageAt: { completed: ago(60 * 30) } })) });
    expect(listOrders(old, 'done', '', TODAY).rows).toEqual([]);
    expect(listOrders(old, 'all', '', TODAY).counts).toMatchObject({ done: 0, all: 1, open: 0 });
  });
  test('an order that can not be read costs its own row', () => {
    const documents = orderDocuments();
    const orders = new Map([...documents.orders, ['x', { id: 'x', version: 1, doc: { id: 'x' } }]] as const);
    expect(createOrderRows()({ ...documents, orders })).toHaveLength(44);
  });
  test('a role that sees no payments has rows without a price', () => {
    const kiosk = createOrderRows()({ ...orderDocuments(), payments: new Map(), customers: new Map() });
    expect(kiosk.every(({ price }) => price === null)).toBe(true);
  });
  test('small letters and marks make no difference', () => expect(fold('Éclair')).toBe('eclair'));
});

describe('[ORD2] a row keeps its identity until what it shows changes', () => {
  const documents = manyOrders(5_000);
  const makeRows = createOrderRows();
  const before = makeRows(documents);
  test('one event in five thousand orders makes one new row', () => {
    const orders = new Map(documents.orders);
    const changed = [...hold(order('o7', 'CAB 0007', 'ready'))][0];
    if (changed) orders.set('o7', changed[1]);
    const after = makeRows({ ...documents, orders });
    expect(after.filter((row) => !before.includes(row)).map(({ id }) => id)).toEqual(['o7']);
  });
  test('an order that is deleted is gone, and one that ends goes behind the open ones', () => {
    const makeRows = createOrderRows();
    const of = (...orders: readonly Order[]) => makeRows({ ...documents, orders: hold(...orders) }).map(({ id }) => id);
    const [a, b, c] = [order('o1', 'A 1', 'ready'), order('o2', 'B 2', 'ready'), order('o3', 'C 3', 'ready')];
    expect(of(a, b, c)).toEqual(['o1', 'o2', 'o3']);
    expect(of(a, c)).toEqual(['o1', 'o3']);
    expect(of({ ...a, stage: 'completed', stageAt: { completed: ago(1) } }, c)).toEqual(['o3', 'o1']);
  });
  test('a car that moves up the queue gets a new row, for its place is shown', () => {
    const queued = (ids: readonly string[]) => ({
      ...documents,
      queues: hold({ id: 'main', name: 'Queue', entries: ids.map((orderId) => ({ orderId, since: ago(1) })) } as { id: string }),
    });
    const first = makeRows(queued(['o1', 'o6']));
    const second = makeRows(queued(['o6', 'o1']));
    expect(second.filter((row) => !first.includes(row)).map(({ id }) => id)).toEqual(['o1', 'o6']);
  });
});

test.each([
  [['a', 'b', 'c'], ['a', 'b', 'c'], 0],
  [['a', 'b', 'c', 'd'], ['b', 'c', 'd', 'a'], 1],
  [['a', 'b', 'c'], ['c', 'b', 'a'], 2],
  [['a', 'b'], ['a', 'b', 'c'], 1],
  [['a', 'b', 'c'], ['b'], 2],
  [[], [], 0],
])('[ORD3] from %j to %j is %i moved', (stayed, present, moves) => expect(countMoves(stayed, present)).toBe(moves));
