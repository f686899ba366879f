import { describe, expect, test } from 'vitest';
import { boardView } from '../../src/domain/board.ts';
import type { BoardDocuments } from '../../src/domain/board.ts';
import { ago, bay, branch, branchInTrouble, emptyBranch, hold, job, NOW, order } from '../app/fixtures.ts';

const manager = (documents: BoardDocuments = branch()) => boardView(documents, 'manager', NOW);
const bayNamed = (name: string, documents?: BoardDocuments) => manager(documents).bays.find((candidate) => candidate.name === name);
const replaced = (documents: BoardDocuments, name: keyof BoardDocuments, ...docs: readonly { readonly id: string }[]): BoardDocuments => ({
  ...documents,
  [name]: new Map([...documents[name], ...hold(...docs)]),
});

describe('the counts', () => {
  test('tell washing from drying by the job and count what was handed over today', () => {
    expect(manager().counts).toEqual({ waiting: 7, washing: 2, drying: 1, ready: 3, paid: 2, done: 29 });
  });
  test('leave out what was handed over on another day', () => {
    const yesterday = order('o900', 'OLD 1', 'completed', { stageAt: { completed: ago(24 * 60 + 1) } });
    expect(manager(replaced(branch(), 'orders', yesterday)).counts.done).toBe(29);
  });
  test('leave out drafts, cancelled orders and stages this build does not know', () => {
    const odd = [order('o901', 'A 1', 'empty'), order('o902', 'A 2', 'cancelled'), { ...order('o903', 'A 3', 'ready'), stage: 'polishing' }];
    expect(manager(replaced(branch(), 'orders', ...odd)).counts).toEqual(manager().counts);
  });
});

describe('the bays', () => {
  test('stand in the order of their numbers, whatever order they came in', () => {
    const shuffled = { ...branch(), bays: hold(bay(10), bay(2), bay(1)) };
    expect(manager(shuffled).bays.map(({ name }) => name)).toEqual(['Bay 1', 'Bay 2', 'Bay 10']);
  });
  test('washing goes to drying, drying goes to ready, each about the document it changes', () => {
    expect(bayNamed('Bay 1')).toMatchObject({ kind: 'working', action: { kind: 'to-drying', jobId: 'j1', version: 3 } });
    expect(bayNamed('Bay 2')).toMatchObject({ kind: 'working', work: { stage: { name: 'drying' } }, action: { kind: 'ready', orderId: 'o2', bayId: 'b2' } });
  });
  test('a service that does not dry goes from washing straight to ready', () => {
    const quick = order('o1', 'CBF 4821', 'in_progress', { jobId: 'j1', service: { code: 'q', name: 'Quick', minutes: 10, drying: false } });
    expect(bayNamed('Bay 1', replaced(branch(), 'orders', quick))).toMatchObject({ action: { kind: 'ready', orderId: 'o1' } });
  });
  test('[OBP8] a job that the server does not know yet is not written to: its car goes to ready', () => {
    const local = { id: 'j1', version: -1, doc: job('j1', 'o1', 'b1') };
    expect(bayNamed('Bay 1', { ...branch(), jobs: new Map([['j1', local]]) })).toMatchObject({ action: { kind: 'ready', orderId: 'o1' } });
  });
  test('a finished job keeps the bay until it is cleared, whatever happened to the order since', () => {
    expect(bayNamed('Bay 5')).toMatchObject({ kind: 'finished', work: { stage: { name: 'ready' } }, action: { kind: 'clear', bayId: 'b5' } });
    const gone = order('o5', 'PH 2208', 'completed', { jobId: 'j5' });
    expect(bayNamed('Bay 5', replaced(branch(), 'orders', gone))).toMatchObject({ kind: 'finished', work: { stage: { name: 'done' } } });
  });
  test('an active job whose order has moved on elsewhere offers no move that the rules refuse', () => {
    const cancelled = order('o2', 'CAR 7710', 'cancelled', { jobId: 'j2' });
    expect(bayNamed('Bay 2', replaced(branch(), 'orders', cancelled))).toMatchObject({ kind: 'working', action: null });
  });
  test('a blocked bay says why, since when, and which car stands in it', () => {
    expect(bayNamed('Bay 6')).toMatchObject({ kind: 'blocked', reason: 'Pump pressure low', by: 'Nimal', car: null, action: { kind: 'reopen', bayId: 'b6' } });
    expect(bayNamed('Bay 3', branchInTrouble())).toMatchObject({ kind: 'blocked', car: 'KY 3392' });
  });
  test('[APP9] each free bay is offered another car, in the order of the queue', () => {
    const two = manager(branchInTrouble()).bays.filter(({ kind }) => kind === 'free');
    expect(two).toMatchObject([
      { name: 'Bay 4', offer: { plate: 'CAD 9034', place: 1 }, action: { kind: 'start', orderId: 'o11', bayId: 'b4' } },
      { name: 'Bay 6', offer: { plate: 'CBH 1176', place: 2 }, action: { kind: 'start', orderId: 'o12', bayId: 'b6' } },
    ]);
  });
  test('a queue entry that can not be started is passed over by the offers', () => {
    const started = order('o11', 'CAD 9034', 'in_progress');
    expect(bayNamed('Bay 4', replaced(branch(), 'orders', started))).toMatchObject({ offer: { plate: 'CBH 1176', place: 2 } });
  });
  test('without a queue a free bay offers nothing', () =>
    expect(manager(emptyBranch()).bays).toMatchObject([
      { offer: null, action: null },
      { offer: null, action: null },
    ]));
});

describe('documents that can not be read', () => {
  test('[APP7] cost the one card, not the board', () => {
    const broken = replaced(branch(), 'jobs', job('j1', 'o1', 'b1', { startedAt: 'soon' }));
    expect(bayNamed('Bay 1', broken)).toEqual({ id: 'b1', name: 'Bay 1', kind: 'broken' });
    expect(manager(broken).bays.filter(({ kind }) => kind === 'broken')).toHaveLength(1);
  });
  test('[APP7] a missing job and a missing order are the same hole', () => {
    expect(bayNamed('Bay 5', branchInTrouble())).toMatchObject({ kind: 'broken' });
    expect(bayNamed('Bay 1', { ...branch(), orders: hold() })).toMatchObject({ kind: 'broken' });
  });
});

describe('the queue', () => {
  test('keeps the order of its document and counts places from one', () => {
    expect(
      manager()
        .queue.map(({ place, car }) => `${place} ${car?.plate}`)
        .slice(0, 3),
    ).toEqual(['1 CAD 9034', '2 CBH 1176', '3 KV 5520']);
  });
  test('keeps an entry whose order is not on this device', () => {
    expect(manager({ ...branch(), orders: hold() }).queue[0]).toMatchObject({ place: 1, car: null });
  });
  test('begins with the main queue where a branch has several', () => {
    const vip = { id: 'annex', name: 'Annex', entries: [{ orderId: 'o9', since: ago(1) }] };
    expect(manager({ ...branch(), queues: new Map([...hold(vip), ...branch().queues]) }).queue.at(-1)?.orderId).toBe('o9');
  });
});

describe('the cars to hand over', () => {
  test('are those to pay for first, then the paid ones, each as they got there', () => {
    expect(manager().handOver.map(({ plate, stage }) => `${plate} ${stage}`)).toEqual([
      'PH 2208 ready',
      'CAS 6402 ready',
      'CAQ 1200 ready',
      'CBB 0937 paid',
      'WP 6610 paid',
    ]);
  });
  test('take a payment in two ways, and are handed over once paid', () => {
    const [first, , , paid] = manager().handOver;
    expect(first).toMatchObject({
      amount: { value: 4_800, currency: 'LKR' },
      actions: [
        { kind: 'take-payment', method: 'cash' },
        { kind: 'take-payment', method: 'card' },
      ],
    });
    expect(paid).toMatchObject({ method: 'card', actions: [{ kind: 'hand-over', orderId: 'o7' }] });
  });
});

describe('what a role sees and may do', () => {
  const kiosk = boardView({ ...branch(), payments: hold() }, 'kiosk', NOW);
  test('[APP8] a kiosk sees no amount and takes no payment, but works the bays', () => {
    expect(kiosk.handOver.map(({ amount }) => amount)).toEqual([null, null, null, null, null]);
    expect(kiosk.handOver.flatMap(({ actions }) => actions.map(({ kind }) => kind))).toEqual(['hand-over', 'hand-over']);
    expect(kiosk.bays.map((view) => ('action' in view ? view.action?.kind : null))).toEqual(['to-drying', 'ready', 'to-drying', 'start', 'clear', 'reopen']);
  });
  test('a display sees the queue alone and is offered nothing', () => {
    const display = boardView({ ...emptyBranch(), bays: hold(), queues: branch().queues }, 'display', NOW);
    expect(display).toMatchObject({ hasBays: false, bays: [], handOver: [] });
    expect(display.queue).toHaveLength(7);
    expect(boardView(branch(), 'display', NOW).bays.every((view) => !('action' in view) || view.action === null)).toBe(true);
  });
});
