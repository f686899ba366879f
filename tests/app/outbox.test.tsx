// @vitest-environment happy-dom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { conflictFacts, outboxItems } from '../../src/app/outbox-items.ts';
import { ConflictDialog } from '../../src/app/parts/conflict-dialog.tsx';
import { OutboxSheet, type OutboxActs } from '../../src/app/parts/outbox-sheet.tsx';
import { OutboxViews } from '../../src/app/parts/outbox-views.tsx';
import { PRESENT } from '../../src/app/standing.ts';
import { unsentByKey } from '../../src/app/use-outbox-items.ts';
import { conflictOf } from '../../src/core/conflict.ts';
import { ENTRY_VERSION, laneOf, NOTHING_SAID, type Entry, type EntryAnswer } from '../../src/core/entry.ts';
import type { OutboxHook } from '../../src/react/use-outbox.ts';
import { draw } from './draw.tsx';
import { branch, NOW } from './fixtures.ts';

HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
  this.open = true;
};

const ANSWER: EntryAnswer = { ...NOTHING_SAID, at: NOW, runNo: 1 };

const REQUEST = {
  method: 'PATCH',
  path: '/api/v1/orders/o1',
  body: { notes: 'mine' },
  effect: { collection: 'orders', docId: 'o1', patch: { notes: 'mine' } },
  original: { version: 3, doc: { notes: 'before', stage: 'in_progress', plate: 'CBF 4821' } },
} as const;

function entry(id: string, change: Partial<Entry> = {}, answer: Partial<EntryAnswer> | null = null): Entry {
  const request = { ...REQUEST, ...change };
  return {
    ...{ v: ENTRY_VERSION, scope: 's', place: id, policy: 'merge', createdAt: NOW, since: 0, sentAt: null, triedAt: null, notBefore: null },
    ...{ attempt: 0, state: 'waiting', supersedes: null },
    ...request,
    id,
    lane: laneOf(request),
    answer: answer && { ...ANSWER, ...answer },
  };
}

const theirs = (doc: object) => ({ collection: 'orders', id: 'o1', version: 5, doc: { notes: 'before', stage: 'in_progress', ...doc } });
const inConflict = entry('c', { state: 'conflict', attempt: 1 }, { status: 412, current: theirs({ notes: 'theirs', stage: 'ready' }) });
/** As the outbox of a page knows them: on the ground of all that was written before. */
const conflictsAmong = (entries: readonly Entry[]) =>
  entries.flatMap((one) => {
    const conflict = conflictOf(one, entries);
    return conflict ? [{ ...conflict, entry: one }] : [];
  });
const itemsOf = (entries: readonly Entry[]) => outboxItems(entries, { conflicts: conflictsAmong(entries), documents: branch() });
const factsOf = (entries: readonly Entry[]) => {
  const [conflict] = conflictsAmong(entries);
  if (!conflict) throw new Error('no conflict');
  return conflictFacts(conflict, branch());
};
const refused = entry(
  'd',
  { state: 'dead', attempt: 1, path: '/api/v1/orders/o1' },
  { status: 422, detail: 'Notes: at most 2000 characters.', field: 'notes' },
);

describe('[OBS1] an entry as people read it', () => {
  test('says the car, the change, why it is still here and what can be done', () => {
    const [waiting, behind, conflict, dead] = itemsOf([
      entry('a'),
      entry('b', { method: 'POST', path: '/api/v1/orders/o1/stage', body: { stage: 'ready' } }),
      inConflict,
      refused,
    ]);
    expect(waiting).toMatchObject({ group: 'waiting', name: 'CBF 4821', what: 'Note changed', detail: 'mine', reason: null, orderId: 'o1', edit: null });
    expect(behind).toMatchObject({ what: 'Marked ready', reason: 'Goes after "note changed": same order.', can: { discard: true } });
    expect(conflict).toMatchObject({ group: 'needs-you', reason: 'Somebody else changed the note too.', can: { choose: true } });
    expect(dead).toMatchObject({
      group: 'needs-you',
      reason: 'Refused: notes: at most 2000 characters.',
      can: { again: true },
      edit: { field: 'notes', value: 'mine' },
    });
  });
  test('a refused field is named with what the server expects', () => {
    const named = entry(
      'a',
      { state: 'dead', attempt: 1 },
      { status: 422, detail: 'notes is not as expected.', field: 'notes', expected: 'At most 2000 characters' },
    );
    expect(itemsOf([named])[0]?.reason).toBe('Refused: the note has to be at most 2000 characters.');
  });
  test('one on its way is not discarded; one that was never answered says that it is tried again', () => {
    const [sending, tried] = itemsOf([entry('a', { state: 'sending', attempt: 1 }), entry('b', { attempt: 2, path: '/x', effect: undefined as never })]);
    expect(sending).toMatchObject({ group: 'sending', can: { discard: false } });
    expect(tried?.reason).toBe('No answer yet. It is tried again by itself.');
  });
  test('about a job or a bay it belongs to the order there', () => {
    const drying = entry('a', { path: '/api/v1/jobs/j1', body: { step: 'drying' }, effect: { collection: 'jobs', docId: 'j1', patch: { step: 'drying' } } });
    expect(itemsOf([drying])[0]).toMatchObject({ orderId: 'o1', name: 'CBF 4821', what: 'To drying' });
  });
  test('a new order, and one cancelled, are named as such', () => {
    const made = entry('a', { method: 'POST', path: '/api/v1/orders', body: { plate: 'CBX 1' } });
    const cancelled = entry('b', { method: 'POST', path: '/api/v1/orders/o2/stage', body: { stage: 'cancelled', reason: 'Rain' } });
    const start = { path: '/api/v1/orders/o2/stage', body: { stage: 'in_progress', bayId: 'b4' } };
    const moves = [entry('c', { ...start, body: { ...start.body, jobId: 'j9' } }), entry('d', start)];
    expect(itemsOf(moves).map(({ what }) => what)).toEqual(['Washing started', 'Back to the bay']);
    expect(itemsOf([made, cancelled]).map(({ what }) => what)).toEqual(['New order', 'Order cancelled']);
  });
  test('the worst of a document’s entries is its mark', () => {
    expect([...unsentByKey([entry('a'), inConflict, entry('b')])]).toEqual([['orders:o1', 'needs-you']]);
  });
});

test('[OBS1] a conflict names who made the other change, where the server said so', () => {
  const named = entry('c', { state: 'conflict', attempt: 1 }, { status: 412, changedBy: 'Kasun Silva', current: theirs({ notes: 'theirs' }) });
  expect([factsOf([inConflict]).theirName, factsOf([named]).theirName]).toEqual([null, 'Kasun Silva']);
  expect(itemsOf([named])[0]?.reason).toBe('Kasun changed the note too.');
});

describe('[OBS2] the sheet', () => {
  const acts = (change: Partial<OutboxActs> = {}): OutboxActs => ({
    choose: vi.fn(),
    again: vi.fn(() => Promise.resolve()),
    discard: vi.fn(() => Promise.resolve()),
    edit: vi.fn(() => Promise.resolve()),
    ...change,
  });
  const drawSheet = (own: OutboxActs, entries: readonly Entry[] = [entry('a'), inConflict, refused]) =>
    draw(
      <OutboxSheet
        items={itemsOf(entries)}
        standing={null}
        unread={0}
        isBroken={false}
        acts={own}
        onClose={() => {}}
        onSendNow={() => {}}
        onExport={() => {}}
      />,
    );

  test('groups by what it asks: needs you first', () => {
    drawSheet(acts());
    expect(screen.getAllByRole('region').map((region) => region.querySelector('h3')?.textContent)).toEqual(['Needs you 2', 'Waiting to send 1']);
  });
  test('asks in its row before it discards, and keeps when told to', async () => {
    const own = acts();
    drawSheet(own, [entry('a')]);
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    screen.getByText('Discard "note changed"? It was never sent.');
    expect(document.activeElement?.textContent).toBe('Keep');
    fireEvent.click(screen.getByRole('button', { name: 'Keep' }));
    expect(own.discard).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Discard' })));
    expect(own.discard).toHaveBeenCalledExactlyOnceWith('a');
  });
  test('corrects what was refused in its place, and says where that did not work', async () => {
    const own = acts({ edit: vi.fn(() => Promise.reject(new Error('It was sent meanwhile.'))) });
    drawSheet(own, [refused]);
    fireEvent.click(screen.getByRole('button', { name: 'Edit' }));
    fireEvent.change(screen.getByLabelText('New note'), { target: { value: 'shorter' } });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Save' })));
    expect(own.edit).toHaveBeenCalledExactlyOnceWith('d', 'shorter');
    screen.getByText('Not done: it was sent meanwhile.');
  });
  test('says when everything is sent', () => {
    drawSheet(acts(), []);
    screen.getByText('Everything is sent.');
  });
});

describe('[OBS3] the choice between mine and theirs', () => {
  test('lists what both changed, what only one did, and what it was', () => {
    const facts = factsOf([inConflict]);
    expect(facts.both).toEqual([{ name: 'notes', mine: 'mine', theirs: 'theirs', before: 'before', isText: true }]);
    expect(facts.oneSided).toEqual([{ name: 'stage', value: 'ready', whose: 'theirs' }]);
  });
  test('what the same person wrote before is nobody else’s change', () => {
    const earlier = entry('b', {
      state: 'acked',
      place: '1',
      body: { stage: 'ready' },
      effect: { collection: 'orders', docId: 'o1', patch: { stage: 'ready' } },
    });
    const facts = factsOf([
      { ...earlier, answer: { ...ANSWER, status: 200, ackVersion: 5 } },
      { ...inConflict, place: '2' },
    ]);
    expect(facts.oneSided).toEqual([]);
  });
  test('nothing is chosen beforehand, and what will be saved is said in words', async () => {
    const facts = factsOf([inConflict]);
    const onSave = vi.fn(() => Promise.resolve());
    draw(<ConflictDialog facts={facts} onLater={() => {}} onDiscard={() => Promise.resolve()} onSave={onSave} />);
    const save = screen.getByRole<HTMLButtonElement>('button', { name: 'Save this' });
    expect(save.disabled).toBe(true);
    expect(screen.getAllByRole<HTMLInputElement>('radio').some(({ checked }) => checked)).toBe(false);
    fireEvent.click(screen.getByRole('radio', { name: /^Yours/ }));
    screen.getByText('Will be saved: mine');
    await act(async () => fireEvent.click(save));
    expect(onSave).toHaveBeenCalledExactlyOnceWith({ notes: 'mine' });
  });
  test('a refusal that is no collision is shown with the server’s word, to keep or to give up', () => {
    const busy = entry('c', { state: 'conflict', attempt: 1 }, { status: 409, code: 'write/conflict', detail: 'Bay 4 is busy.', current: theirs({}) });
    expect(factsOf([busy])).toMatchObject({ detail: 'Refused: bay 4 is busy.', both: [{ name: 'notes' }] });
  });
  test.each([
    ['mine', 'Yours', { resolve: ['c', 'mine'] }],
    ['theirs', 'Theirs', { resolve: ['c', 'theirs'] }],
  ])('%s becomes that decision', async (_, label, expected) => {
    const resolve = vi.fn(() => Promise.resolve({ did: 'yielded' } as const));
    drawViews({ resolve });
    fireEvent.click(screen.getByRole('radio', { name: new RegExp(`^${label}`) }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Save this' })));
    expect(resolve).toHaveBeenCalledExactlyOnceWith(...expected.resolve);
  });
  test('something third becomes another request on the document as it is now', async () => {
    const edit = vi.fn(() => Promise.resolve('next'));
    drawViews({ edit });
    fireEvent.click(screen.getByRole('radio', { name: 'Other' }));
    fireEvent.change(screen.getByLabelText('Other note'), { target: { value: 'both' } });
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Save this' })));
    expect(edit).toHaveBeenCalledExactlyOnceWith('c', {
      body: { notes: 'both' },
      effect: { collection: 'orders', docId: 'o1', patch: { notes: 'both' } },
      original: { version: 5, doc: theirs({ notes: 'theirs', stage: 'ready' }).doc },
    });
  });

  function drawViews(change: Partial<OutboxHook>) {
    const outbox = {
      entries: [inConflict],
      conflicts: conflictsAmong([inConflict]),
      needsYou: [inConflict],
      unread: 0,
      isLoading: false,
      error: null,
      ...change,
    } as unknown as OutboxHook;
    const nothing = () => {};
    const view = draw(
      <OutboxViews
        opened={{ isSheet: false, entryId: 'c' }}
        outbox={outbox}
        documents={branch()}
        standing={PRESENT}
        onChoose={nothing}
        onCloseSheet={nothing}
        onCloseChoice={nothing}
      />,
    );
    return within(view.container);
  }
});
