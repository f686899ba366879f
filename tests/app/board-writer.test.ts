import { describe, expect, test } from 'vitest';
import { refusalText } from '../../src/app/action-refusal.ts';
import { createBoardWriter } from '../../src/app/board-writer.ts';
import type { NewToast } from '../../src/app/new-toast.ts';
import { words } from '../../src/app/words.ts';
import { planWrite } from '../../src/app/write-plan.ts';
import type { Accepted, Fate, Mutation } from '../../src/client/writes/mutation.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import type { BoardAction } from '../../src/domain/board-action.ts';
import { branch, NOW } from './fixtures.ts';

const start: BoardAction = { kind: 'start', orderId: 'o11', plate: 'CAD 9034', version: 3, bayId: 'b4' };
const drying: BoardAction = { kind: 'to-drying', jobId: 'j1', plate: 'CBF 4821', version: 3 };
const plan = (action: BoardAction): Mutation => planWrite({ action, documents: branch(), user: 'u1', nowMs: NOW, newId: 'j-new' });

/** An outbox that answers when told to. */
function bench({ isWaiting = false, isUntried = true } = {}) {
  const sent: Mutation[] = [];
  const accepts: PromiseWithResolvers<Accepted>[] = [];
  const fates: ((fate: Fate) => void)[] = [];
  const toasts: NewToast[] = [];
  const refusals: string[] = [];
  const takenBack: string[] = [];
  const needsYou: string[] = [];
  const writer = createBoardWriter({
    mutate(mutation) {
      sent.push(mutation);
      const accepted = Promise.withResolvers<Accepted>();
      accepts.push(accepted);
      return { accepted: accepted.promise, settled: new Promise((resolve) => fates.push(resolve)) };
    },
    plan,
    async takeBack(id) {
      takenBack.push(id);
      return isUntried;
    },
    isWaiting: () => isWaiting,
    show: (toast) => toasts.push(toast),
    refuse: (text) => refusals.push(text),
    needsYou: (_, { id }) => needsYou.push(id),
  });
  const kept = (id = 'm1', durable = true) => accepts.shift()?.resolve({ id, durable });
  const notKept = (error: unknown) => accepts.shift()?.reject(error);
  return { writer, sent, toasts, refusals, takenBack, needsYou, kept, notKept, fates };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('a write of the board', () => {
  test('[APP6] says nothing before it is kept on this device', async () => {
    const { writer, toasts, kept } = bench({ isWaiting: true });
    const done = writer.run(start);
    expect(toasts).toEqual([]);
    kept();
    expect(await done).toBe(true);
    expect(toasts).toMatchObject([{ tone: 'info', text: 'CAD 9034 started. Waiting to send.', action: { name: 'Undo' } }]);
  });
  test('[APP6] a full device is said, and what was not kept is not said to be done', async () => {
    const { writer, toasts, refusals, notKept } = bench();
    const done = writer.run(start);
    notKept(new SyncError('store/quota', 'This device has no room.'));
    expect(await done).toBe(false);
    expect([toasts, refusals]).toEqual([[], [words.outbox.full]]);
  });
  test('[APP6] what lies in the memory of the tab alone is said, also while the server can be reached', async () => {
    const { writer, toasts, kept } = bench();
    const done = writer.run(start);
    kept('m1', false);
    expect(await done).toBe(true);
    expect(toasts).toMatchObject([{ text: 'CAD 9034 started. Not saved on this device: leave this tab open until it is sent.', action: { name: 'Undo' } }]);
  });
  test('taken back before anybody tried to send it, nothing else is written', async () => {
    const { writer, sent, toasts, takenBack, kept } = bench({ isWaiting: true });
    void writer.run(start);
    kept('m1');
    await turn();
    toasts[0]?.action?.run();
    await turn();
    expect(takenBack).toEqual(['m1']);
    expect(sent).toHaveLength(1);
  });
  test('taken back when it may be on its way, the opposite follows it', async () => {
    const { writer, sent, toasts, kept } = bench({ isUntried: false });
    void writer.run(start);
    kept();
    await turn();
    toasts[0]?.action?.run();
    await turn();
    expect(sent.at(-1)).toMatchObject({ path: '/api/v1/orders/o11/stage', body: { stage: 'initiated' } });
  });
  test('says nothing about what the screen shows already', async () => {
    const { writer, toasts, kept } = bench();
    void writer.run(drying);
    kept();
    await turn();
    expect(toasts).toEqual([]);
  });
  test.each<[string, Fate, boolean]>([
    ['a refusal', { outcome: 'rejected', id: 'm1', error: new SyncError('write/rejected', 'No.', { details: { status: 422 } }) }, true],
    ['a conflict', { outcome: 'conflict', id: 'm1', entry: null }, true],
    ['what the person discarded', { outcome: 'rejected', id: 'm1', error: new SyncError('write/rejected', '', { details: { isDiscarded: true } }) }, false],
    ['success', { outcome: 'applied', id: 'm1', version: 4, cursor: null }, false],
  ])('[APP5] %s calls for the person: %#', async (_, fate, isCalled) => {
    const { writer, fates, needsYou } = bench();
    void writer.run(start);
    fates[0]?.(fate);
    await turn();
    expect(needsYou).toEqual(isCalled ? ['m1'] : []);
  });
});

describe('what a touch becomes', () => {
  test('a start names its job, shows the bay busy and the car out of the queue, and collides in the stage alone', () => {
    const { body, effect, also = [] } = plan(start);
    expect(body).toEqual({ stage: 'in_progress', bayId: 'b4', jobId: 'j-new' });
    expect(effect).toEqual({ collection: 'orders', docId: 'o11', patch: { stage: 'in_progress' } });
    const of = (collection: string) => also.filter((one) => one.collection === collection);
    expect(of('bays')).toMatchObject([{ docId: 'b4', patch: { state: 'busy', jobId: 'j-new' } }]);
    expect(of('jobs')).toMatchObject([{ docId: 'j-new', doc: { orderId: 'o11', step: 'washing', state: 'active' } }]);
    expect(JSON.stringify(of('queues'))).not.toContain('o11');
    expect(of('orders')).toMatchObject([{ docId: 'o11', patch: { bayId: 'b4', jobId: 'j-new', lastMove: { from: 'initiated', by: 'u1' } } }]);
  });
  test('a payment pays, and a ready car is paid by it', () => {
    const { effect, also = [] } = plan({ kind: 'take-payment', orderId: 'o5', plate: 'PH 2208', version: 3, method: 'card' });
    expect(effect).toMatchObject({ patch: { paid: true, stage: 'paid' } });
    expect(also.find(({ collection }) => collection === 'payments')).toMatchObject({ patch: { state: 'paid', method: 'card' } });
  });
  test('a note is a note', () => {
    expect(plan({ kind: 'note', orderId: 'o5', plate: 'PH 2208', version: 3, notes: 'left mirror', before: '' })).toMatchObject({
      method: 'PATCH',
      body: { notes: 'left mirror' },
      effect: { patch: { notes: 'left mirror' } },
      also: [],
    });
  });
});

describe('[APP6] the words of a refusal', () => {
  const text = (code: SyncError['code'], details: Record<string, unknown> = {}) => refusalText(start, new SyncError(code, 'General words.', { details }));
  test.each([
    ['a full disk', text('store/quota'), words.outbox.full],
    ['a full outbox', text('store/outbox-full'), words.outbox.full],
    ['a disk that does not answer', text('store/blocked'), 'Your entry is not saved: general words.'],
    ['too large an entry', text('write/too-large'), 'Your entry is not saved: general words.'],
    ['nobody signed in', text('auth/expired'), words.refused.signIn],
    ['nothing kept and no connection', text('net/offline'), words.needsConnection],
  ])('%s', (_, said, expected) => expect(said).toBe(expected));
});
