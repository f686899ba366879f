import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentKey, foldChange, isStale, type StoredDocument } from '../../src/core/document.ts';
import type { Change } from '../../src/protocol/event.ts';
import type { JsonObject } from '../../src/protocol/json.ts';

const whole = (version: number, doc: JsonObject | null): Change =>
  doc ? { collection: 'orders', id: 'o1', version, doc } : { collection: 'orders', id: 'o1', version, doc: null };
const patch = (version: number, fields: JsonObject): Change => ({ collection: 'orders', id: 'o1', version, patch: fields });
const foldAll = (changes: readonly Change[], before?: StoredDocument) =>
  changes.reduce<StoredDocument | undefined>((document, change) => foldChange(document, change, change.version), before);

describe('one change', () => {
  test('[DOCF1] a newer whole document replaces, an older or equal one changes nothing at all', () => {
    const known = foldChange(undefined, whole(3, { stage: 'ready' }), 7);
    expect(known).toEqual({ collection: 'orders', id: 'o1', version: 3, doc: { stage: 'ready' }, seq: 7, staleFor: null });
    expect(foldChange(known, whole(3, { stage: 'paid' }), 8)).toBe(known);
    expect(foldChange(known, whole(2, { stage: 'paid' }), 8)).toBe(known);
    expect(foldChange(known, whole(9, { stage: 'paid' }), 8)).toMatchObject({ version: 9, doc: { stage: 'paid' }, seq: 8 });
  });

  test('[DOCF2] a patch on its predecessor replaces fields and keeps the others', () => {
    const known = foldChange(undefined, whole(3, { stage: 'ready', bay: 'b1' }), 7);
    expect(foldChange(known, patch(4, { stage: 'paid' }), 8)).toMatchObject({ version: 4, doc: { stage: 'paid', bay: 'b1' }, staleFor: null });
    expect(known.doc).toEqual({ stage: 'ready', bay: 'b1' });
  });

  test('[DOCF3] a patch without its predecessor is not applied: the document keeps what it had and says for which version it is stale', () => {
    const known = foldChange(undefined, whole(3, { stage: 'ready' }), 7);
    const stale = foldChange(known, patch(5, { stage: 'paid' }), 8);
    expect(stale).toMatchObject({ version: 3, doc: { stage: 'ready' }, staleFor: 5 });
    expect(isStale(stale)).toBe(true);
    expect(isStale(foldChange(undefined, patch(1, { stage: 'paid' }), 8))).toBe(true);
    expect(isStale(foldChange(stale, whole(6, { stage: 'paid' }), 9))).toBe(false);
  });

  test('[DOCF3] a stale document stays stale until something reaches the version that it lacks', () => {
    const stale = foldChange(foldChange(undefined, whole(1, { n: 1 }), 1), patch(5, { n: 5 }), 5);
    expect(foldChange(stale, whole(3, { n: 3 }), 6)).toMatchObject({ version: 3, doc: { n: 3 }, staleFor: 5 });
    expect(foldChange(stale, patch(2, { n: 2 }), 6)).toMatchObject({ version: 2, staleFor: 5 });
    expect(foldChange(stale, patch(4, { n: 4 }), 6)).toBe(stale);
    expect(foldChange(stale, patch(5, { n: 5 }), 6)).toBe(stale);
    expect(foldChange(stale, whole(5, { n: 5 }), 6)).toMatchObject({ version: 5, staleFor: null });
  });

  test('[DOCF4] a deleted document stays as a marker that nothing older brings back', () => {
    const gone = foldChange(foldChange(undefined, whole(3, { n: 3 }), 3), whole(4, null), 4);
    expect(gone).toMatchObject({ version: 4, doc: null, staleFor: null });
    expect(foldChange(gone, whole(2, { n: 2 }), 5)).toBe(gone);
    expect(isStale(foldChange(gone, patch(5, { n: 5 }), 5))).toBe(true);
    expect(foldChange(gone, whole(5, { n: 5 }), 5)).toMatchObject({ version: 5, doc: { n: 5 } });
  });

  test('[DOCF5] a patch with a key named __proto__ sets a field and no prototype', () => {
    const fields = JSON.parse('{"__proto__": {"admin": true}}') as JsonObject;
    const after = foldChange(foldChange(undefined, whole(1, { n: 1 }), 1), patch(2, fields), 2);
    expect(Object.hasOwn(after.doc ?? {}, '__proto__')).toBe(true);
    expect((after.doc as unknown as { admin?: boolean }).admin).toBeUndefined();
  });

  test('keys of documents tell collections apart', () => {
    expect(documentKey('orders', 'a/b')).not.toBe(documentKey('bays', 'a/b'));
  });
});

describe('many changes', () => {
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer(), { maxKeys: 3 });
  const wholes = fc.array(fc.option(fields, { nil: null }), { minLength: 1, maxLength: 8 }).map((docs) => docs.map((doc, index) => whole(index, doc)));
  /** A whole document, then patches and whole ones, each the next version. */
  const histories = fc
    .tuple(
      fields,
      fc.array(
        fc.oneof(
          fields.map((made) => ({ patch: made })),
          fields.map((made) => ({ doc: made })),
        ),
        { maxLength: 10 },
      ),
    )
    .map(([first, rest]) => [whole(0, first), ...rest.map((step, index) => ('patch' in step ? patch(index + 1, step.patch) : whole(index + 1, step.doc)))]);

  test('[DOCF6] folding the same changes again changes nothing, to the very same object', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const once = foldAll(history);
        expect(foldAll(history, once)).toBe(once);
      }),
    );
  });

  test('[DOCF7] whole documents end in the same document in whatever order they come, and however often', () => {
    fc.assert(
      fc.property(
        wholes.chain((history) => fc.tuple(fc.constant(history), fc.shuffledSubarray([...history, ...history], { minLength: history.length * 2 }))),
        ([history, shuffled]) => {
          const { seq: _, ...expected } = foldAll(history) ?? { seq: 0 };
          expect(foldAll(shuffled)).toMatchObject(expected);
        },
      ),
    );
  });

  test('[DOCF8] a chain of patches ends in the document that the server holds', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let doc: JsonObject = {};
        for (const change of history) doc = 'patch' in change ? { ...doc, ...change.patch } : (change.doc ?? {});
        expect(foldAll(history)).toMatchObject({ version: history.length - 1, doc, staleFor: null });
      }),
    );
  });

  test('[DOCF9] versions never fall, and a document without a hole is never called stale, nor one with a hole whole', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => fc.subarray(history, { minLength: 1 })),
        (seen) => {
          let document: StoredDocument | undefined;
          for (const change of seen) {
            const after = foldChange(document, change, change.version);
            expect(after.version).toBeGreaterThanOrEqual(document?.version ?? -1);
            document = after;
          }
          const last = Math.max(...seen.map((change) => change.version));
          expect(document && (isStale(document) ? document.staleFor : document.version)).toBe(last);
        },
      ),
    );
  });
});
