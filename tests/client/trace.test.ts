// What an outside checker hears of a page.
import { expect, test } from 'vitest';
import { createTopic } from '../../src/client/topic.ts';
import { createTrace } from '../../src/client/trace/trace.ts';
import { documentHash, traceReads, type ReadFields } from '../../src/client/trace/trace-reads.ts';
import type { CollectionSnapshot } from '../../src/client/documents/collections.ts';

const snapshot = (versions: Record<string, number>): CollectionSnapshot => ({
  isLoading: false,
  isPartial: false,
  pending: new Map(),
  documents: new Map(
    Object.entries(versions).map(([id, version]) => [id, { collection: 'orders', id, version, doc: { n: version }, seq: version, staleFor: null }]),
  ),
});

test('[TRC1] a listener that comes late hears what happened before it, once, and what happens after', () => {
  const trace = createTrace(() => 1);
  trace.add('P.start', {});
  const heard: string[] = [];
  const stop = trace.listen(({ k }) => heard.push(k));
  trace.add('P.base', {});
  stop();
  trace.add('P.stop', {});
  expect(heard).toEqual(['P.start', 'P.base']);
});

test('[TRC2] each order is reported when the version that is shown changes, and only then', () => {
  const topic = createTopic(snapshot({ a: 1, b: 1 }), { notify: (tell) => tell() });
  const reads: ReadFields[] = [];
  const stop = traceReads(topic, (fields) => reads.push(fields));
  topic.set(snapshot({ a: 2, b: 1 }));
  topic.set(snapshot({ a: 2 }));
  topic.set(snapshot({ a: 2, b: 1 }));
  stop();
  topic.set(snapshot({ a: 3 }));
  expect(reads.map(({ orderID, version }) => [orderID, version])).toEqual([
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['b', 1],
  ]);
});

test('[TRC2] the hash of a document depends on its content, not on the order of its keys', () => {
  expect(documentHash({ a: 1, b: { c: [1, 2], d: null } })).toBe(documentHash({ b: { d: null, c: [1, 2] }, a: 1 }));
  expect(documentHash({ a: 1 })).not.toBe(documentHash({ a: 2 }));
  expect(documentHash({})).toBe('5465b825');
});
