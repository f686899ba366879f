import { describe, expect, test } from 'vitest';
import { createBoardWriter, pendingKeys, type BusyWrites } from '../../src/app/board-writer.ts';
import { refusalText } from '../../src/app/action-refusal.ts';
import type { NewToast } from '../../src/app/toast-state.ts';
import { words } from '../../src/app/words.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import type { BoardAction } from '../../src/domain/board-action.ts';
import type { MutationRequest, MutationResult } from '../../src/client/mutations.ts';
import { branch } from './fixtures.ts';

const start: BoardAction = { kind: 'start', orderId: 'o11', plate: 'CAD 9034', version: 3, bayId: 'b4' };
const drying: BoardAction = { kind: 'to-drying', jobId: 'j1', plate: 'CBF 4821', version: 3 };
const ok = (version: number | null): MutationResult => ({ ok: true, mutationId: 'm', version, cursor: null, body: null });
const no = (error: SyncError): MutationResult => ({ ok: false, mutationId: 'm', error });

/** A server that answers when told to. */
function bench() {
  const sent: MutationRequest[] = [];
  const answers: ((result: MutationResult) => void)[] = [];
  const toasts: NewToast[] = [];
  const refusals: string[] = [];
  const later: (() => void)[] = [];
  let busy: BusyWrites = new Map();
  const writer = createBoardWriter({
    send: (request) => {
      sent.push(request);
      return new Promise((resolve) => answers.push(resolve));
    },
    show: (toast) => toasts.push(toast),
    refuse: (text) => refusals.push(text),
    changed: (now) => (busy = now),
    after: (_, run) => later.push(run),
  });
  const answer = async (result: MutationResult) => {
    answers.shift()?.(result);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { writer, sent, toasts, refusals, later, answer, pending: (documents = branch()) => [...pendingKeys(busy, documents)] };
}

describe('a write of the board', () => {
  test('keeps its document busy from the touch until its version is on the screen', async () => {
    const { writer, answer, pending } = bench();
    void writer.run(start);
    expect(pending()).toEqual(['orders:o11']);
    await answer(ok(4));
    expect(pending()).toEqual(['orders:o11']);
    const arrived = new Map([...branch().orders, ['o11', { id: 'o11', version: 4, doc: {} }]]);
    expect(pending({ ...branch(), orders: arrived })).toEqual([]);
  });
  test('does not stay busy for ever where its event never comes', async () => {
    const { writer, answer, pending, later } = bench();
    void writer.run(start);
    await answer(ok(4));
    later.forEach((run) => run());
    expect(pending()).toEqual([]);
  });
  test('[APP5] a second touch while it is under way sends nothing; another document does', async () => {
    const { writer, sent, answer } = bench();
    void writer.run(start);
    void writer.run(start);
    void writer.run(drying);
    expect(sent.map(({ docId }) => docId)).toEqual(['o11', 'j1']);
    await answer(ok(4));
    void writer.run({ ...start, version: 4 });
    expect(sent).toHaveLength(3);
  });
  test('the timer of an answered write does not free a newer one about the same document', async () => {
    const { writer, answer, pending, later } = bench();
    void writer.run(start);
    await answer(ok(4));
    void writer.run({ ...start, version: 4 });
    later.forEach((run) => run());
    expect(pending()).toEqual(['orders:o11']);
  });
  test('offers to take a stage move back, with the version that it led to', async () => {
    const { writer, sent, toasts, answer } = bench();
    void writer.run(start);
    await answer(ok(4));
    expect(toasts).toMatchObject([{ tone: 'info', text: 'CAD 9034 started.', action: { name: 'Undo' } }]);
    toasts[0]?.action?.run();
    expect(sent.at(-1)).toMatchObject({ path: '/api/v1/orders/o11/stage', body: { stage: 'initiated' }, ifMatch: 4 });
  });
  test('says nothing about what the screen shows already', async () => {
    const { writer, toasts, answer } = bench();
    void writer.run(drying);
    await answer(ok(4));
    expect(toasts).toEqual([]);
  });
  test('[APP6] a refusal is said, frees the document and shows no success', async () => {
    const { writer, toasts, refusals, answer, pending } = bench();
    void writer.run(start);
    await answer(no(new SyncError('write/conflict', 'general', { details: { status: 409, detail: 'Bay 4 is not free.' } })));
    expect(refusals).toEqual(['Refused: bay 4 is not free. The board shows how it stands now.']);
    expect([toasts, pending()]).toEqual([[], []]);
  });
});

describe('[APP6] the words of a refusal', () => {
  const text = (code: SyncError['code'], details: Record<string, unknown> = {}) => refusalText(start, new SyncError(code, 'General words.', { details }));
  test.each([
    ['a stale version', text('write/conflict', { status: 412 }), words.refused.stale],
    ['a field the server refuses', text('write/rejected', { status: 422, detail: 'Crew: at most 4 names.' }), 'Refused: crew: at most 4 names.'],
    ['a refusal without detail', text('write/rejected', { status: 422 }), 'Refused: general words.'],
    ['something this role may not do', text('auth/forbidden', { status: 403, detail: 'Only a manager.' }), 'Not allowed: only a manager.'],
    ['an ended session', text('auth/expired', { status: 401 }), words.refused.signIn],
    ["another person's session", text('identity/mismatch', { status: 403 }), words.refused.otherSession],
    ['too many requests', text('rate/limited', { status: 429 }), words.refused.busy],
    ['silence after sending', text('net/timeout', { status: 0 }), words.refused.noAnswer('Start CAD 9034')],
    ['nothing sent at all', text('net/offline'), words.needsConnection],
  ])('%s', (_, said, expected) => expect(said).toBe(expected));
});
