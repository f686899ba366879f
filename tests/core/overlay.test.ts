// Documents with pending writes on top, and when a write no longer counts.
import { describe, expect, test } from 'vitest';
import type { StoredDocument } from '../../src/core/document.ts';
import type { Entry } from '../../src/core/entry.ts';
import { groupOf, overlayCollection, standing, type OverlayView } from '../../src/core/overlay.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import { ackedOf, entryOf } from '../outbox/entries.ts';

const cursor = (seq: number, epoch = 'e1') => formatCursor(epoch, seq, '00000000');
const base: StoredDocument = { collection: 'orders', id: 'o1', version: 3, doc: { notes: 'before', price: 5 }, seq: 9, staleFor: null };
const at = (change: Partial<OverlayView> = {}): OverlayView => ({ cursor: cursor(9), runNo: 1, hasSeen: () => false, ...change });
const name = { collection: 'orders', docId: 'o1' };
const overlaid = (entries: readonly Entry[], view: OverlayView, document: StoredDocument | undefined) =>
  overlayCollection(name.collection, (id) => (id === name.docId ? document : undefined), entries, view).get(name.docId) ?? { document, pending: [] };
const shown = (entries: readonly Entry[], view = at(), document: StoredDocument | null = base) => overlaid(standing(entries), view, document ?? undefined);
const patch = (fields: { notes?: string; price?: number }, place: number, change: Partial<Entry> = {}) =>
  entryOf({ effect: { ...name, patch: fields }, ...change }, place);

describe('[OBX11] a page shows its documents with what is pending on top', () => {
  test("in order, and the version stays the server's", () => {
    expect(shown([patch({ notes: 'second' }, 2), patch({ notes: 'first', price: 6 }, 1)])).toEqual({
      document: { ...base, doc: { notes: 'second', price: 6 } },
      pending: ['m1', 'm2'],
    });
  });
  test('a newer document of the server keeps the pending field, and takes over all others', () => {
    expect(shown([patch({ notes: 'mine' }, 1)], at(), { ...base, version: 7, doc: { notes: 'theirs', price: 9 } }).document?.doc).toEqual({
      notes: 'mine',
      price: 9,
    });
  });
  test('what is created is there at once, what is deleted is gone, a patch on nothing is nothing', () => {
    expect(shown([entryOf({ effect: { ...name, doc: { price: 1 } } })], at(), null).document).toMatchObject({ version: -1, doc: { price: 1 } });
    expect(shown([entryOf({ effect: { ...name, doc: null } })]).document?.doc).toBeNull();
    expect(overlaid([patch({ notes: 'x' }, 1)], at(), undefined).document).toBeUndefined();
  });
  test('further documents of the same request show too', () => {
    const entry = entryOf({ also: [{ collection: 'bays', docId: 'b1', patch: { state: 'busy' } }] });
    const bay: StoredDocument = { ...base, collection: 'bays', id: 'b1', doc: { state: 'free' }, version: 9 };
    expect(overlayCollection('bays', () => bay, [entry], at()).get('b1')?.document?.doc).toEqual({ state: 'busy' });
    const acked = ackedOf({ also: entry.also ?? [] }, { version: 4, cursor: cursor(12) });
    expect(overlayCollection('bays', () => bay, [acked], at({ cursor: cursor(11) })).size).toBe(1);
    expect(overlayCollection('bays', () => bay, [acked], at({ cursor: cursor(12) })).size).toBe(0);
  });
  test('without entries nothing is copied', () => {
    expect(shown([]).document).toBe(base);
    expect(overlayCollection('orders', () => base, [], at()).size).toBe(0);
  });
  test('a field named __proto__ is a field', () => {
    const evil = JSON.parse('{"__proto__": {"polluted": true}}') as { notes?: string };
    const { document } = shown([patch(evil, 1)]);
    expect(Object.getPrototypeOf(document?.doc)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('[OBX12] whether a write still counts is decided when it is read', () => {
  const acked = ackedOf({}, { version: 4, cursor: cursor(12) });
  const pending = (entry: Entry, view: OverlayView, document?: StoredDocument) => shown([entry], view, document).pending.length > 0;
  test.each(['waiting', 'sending', 'parked', 'conflict'] as const)('%s: yes', (state) => expect(pending(entryOf({ state }), at())).toBe(true));
  test.each(['dead', 'discarded', 'superseded'] as const)('%s: no, at once', (state) => expect(pending(entryOf({ state }), at())).toBe(false));
  test('acknowledged: until the cursor, the document, its event or a later snapshot has it', () => {
    expect(pending(acked, at())).toBe(true);
    expect(pending(acked, at({ cursor: cursor(11) }))).toBe(true);
    expect(pending(acked, at({ cursor: cursor(12) }))).toBe(false);
    expect(pending(acked, at(), { ...base, version: 4 })).toBe(false);
    expect(pending(acked, at({ hasSeen: (id) => id === 'm1' }))).toBe(false);
  });
  test('in another epoch: until a snapshot that was taken since', () => {
    expect(pending(acked, at({ cursor: cursor(1, 'e2'), runNo: 2 }))).toBe(false);
    expect(pending(acked, at({ cursor: cursor(1, 'e2'), runNo: 1 }))).toBe(true);
    expect(pending(acked, at({ cursor: cursor(1, 'e2'), runNo: 0 }))).toBe(true);
    expect(pending(acked, at({ cursor: null, runNo: null }))).toBe(true);
  });
  test('an event that carries its id ends it also while the answer is still missing', () => {
    expect(pending(entryOf({ state: 'sending', attempt: 1 }), at({ hasSeen: () => true }))).toBe(false);
  });
  test('a server that names neither version nor cursor leaves nothing to wait for', () => {
    expect(pending(ackedOf({}, { version: null }), at())).toBe(false);
    expect(pending(ackedOf({}, { version: null, cursor: 'theirs' }), at())).toBe(false);
  });
});

test('[OBX13] what died with a create is one group: it shows no more, and is named together', () => {
  const { original: _, ...create } = entryOf({ method: 'POST', effect: { ...name, doc: { price: 1 } }, state: 'dead' });
  const rows = [create, patch({ notes: 'x' }, 2), patch({ notes: 'y' }, 3, { lane: 'orders:o2' }), patch({ notes: 'z' }, 4, { state: 'acked' })];
  expect(standing(rows).map(({ state }) => state)).toEqual(['dead', 'dead', 'waiting', 'acked']);
  expect(groupOf(rows, 'm1').map(({ id }) => id)).toEqual(['m1', 'm2']);
  expect(groupOf(rows, 'm2').map(({ id }) => id)).toEqual(['m2']);
  expect(groupOf(rows, 'nobody')).toEqual([]);
});
