// Deliberate defects, each with the rule that must find it. They wrap the parts or stand in for one; the product's sources stay as they are.
// A rule of the model that finds none of its mutants is not a rule.
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import type { Arrival } from '../../src/core/cursor.ts';
import { createTopic } from '../../src/client/topic.ts';
import type { CollectionSnapshot } from '../../src/client/documents/collections.ts';
import type { Ingest } from '../../src/engine/ingest.ts';
import type { Claim, LogWriter } from '../../src/store/contract.ts';
import type { StreamTransport } from '../../src/transport/contract.ts';
import type { Rule } from './history-checker.ts';
import type { Variant } from './variant.ts';
import type { createPageCollections, PageCollections } from '../support/page-collections.ts';

export interface Mutant {
  readonly defect: string;
  readonly rule: Rule;
  readonly variant: Variant;
}

export const MUTANTS: readonly Mutant[] = [
  {
    defect: 'publishes before it commits',
    rule: 'LAW1',
    variant: {
      writer: (writer, { publish, lastMeta }) => ({
        ...writer,
        commit(batch) {
          const meta = lastMeta();
          if (meta)
            publish({
              run: meta.run,
              prev: seqOf(meta.cursor),
              through: seqOf(batch.cursor),
              cursor: batch.cursor,
              serverTime: 0,
              events: batch.events,
              documents: [],
              term: batch.term,
            });
          return writer.commit(batch);
        },
      }),
    },
  },
  {
    defect: 'stores the cursor ahead of its events',
    rule: 'R6',
    variant: { writer: (writer) => ({ ...writer, commit: (batch) => writer.commit({ ...batch, events: batch.events.slice(0, -1) }) }) },
  },
  { defect: 'drops doubles by the highest number only and never minds a gap', rule: 'R6', variant: { ingest: ignoreGaps } },
  {
    defect: 'applies frames without asking what they follow',
    rule: 'R2',
    variant: { frame: (frame, position) => (position ? { ...frame, prev: Math.min(frame.prev, position.seq) } : frame) },
  },
  { defect: 'does not tell one run from another', rule: 'LAW1', variant: { frame: (frame, position) => (position ? { ...frame, run: position.run } : frame) } },
  {
    defect: 'takes a resync for an ordinary reconnect',
    rule: 'R6',
    variant: { writer: (writer, { lastMeta }) => ({ ...writer, reset: (...args) => goOn(writer, lastMeta()?.cursor ?? null, args) }) },
  },
  {
    defect: 'goes on in a forked history',
    rule: 'R18',
    variant: { writer: (writer, { lastMeta }) => ({ ...writer, reset: (...args) => goOn(writer, lastMeta()?.cursor ?? null, args) }) },
  },
  { defect: 'folds whatever comes, also lower versions', rule: 'R5', variant: { collections: createNaiveCollections } },
  { defect: 'does not listen to heartbeats', rule: 'R10', variant: { ingest: (ingest) => ({ ...ingest, heartbeat: () => {} }) } },
  {
    defect: 'lets an older engine write after a newer one',
    rule: 'R12',
    variant: { disk: (writer, currentTerm) => ({ ...writer, commit: async (batch) => writer.commit({ ...batch, term: await currentTerm() }) }) },
  },
  { defect: 'says nothing about what retention swept below a reader', rule: 'R2', variant: { skipped: 'ignored' } },
  { defect: 'keeps the documents it had after events were skipped', rule: 'R10', variant: { skipped: 'not-reloaded' } },
  { defect: 'never fetches a stale document whole', rule: 'R10', variant: { ingest: (ingest) => ({ ...ingest, mend: () => Promise.resolve() }) } },
  {
    defect: 'does not look at the disk when a frame is of another run',
    rule: 'R10',
    variant: {
      frame: (frame, position) => (position && frame.run !== position.run ? { ...frame, run: position.run, prev: 0, through: 0, events: [] } : frame),
    },
  },
  { defect: 'delivers an event twice', rule: 'R3', variant: { frame: (frame) => ({ ...frame, events: frame.events.flatMap((event) => [event, event]) }) } },
  { defect: 'delivers a frame backwards', rule: 'R4', variant: { frame: (frame) => ({ ...frame, events: frame.events.toReversed() }) } },
  { defect: 'leaves the breaker open for good', rule: 'R10', variant: { policy: { breakerOpenMs: 1e9, breakerMaxMs: 1e9 } } },
  { defect: 'moves the cursor by a poll without its events', rule: 'R6', variant: { stream: dropPolledEvents } },
  {
    defect: 'delivers what the server never said',
    rule: 'R1',
    variant: { frame: (frame) => ({ ...frame, events: frame.events.map((event) => ({ ...event, data: { n: -1 } })) }) },
  },
];

function seqOf(cursor: string | null): number {
  return parseCursor(cursor)?.seq ?? 0;
}

/** Moves the cursor to the snapshot's without beginning a new run, wherever the store lets it. */
async function goOn(writer: LogWriter, from: string | null, [term, snapshot, serverTime]: Parameters<LogWriter['reset']>): Promise<Claim> {
  if (from === null || seqOf(from) > seqOf(snapshot.cursor)) return writer.reset(term, snapshot, serverTime);
  return { meta: await writer.commit({ term, events: [], cursor: snapshot.cursor, documents: [], serverTime }), documents: [] };
}

/** Makes every arrival above the last one follow it. */
function ignoreGaps(ingest: Ingest): Ingest {
  let last: string | null = null;
  return {
    ...ingest,
    arrive(arrival: Arrival) {
      const cursor = last !== null && seqOf(last) > seqOf(ingest.cursor()) ? last : ingest.cursor();
      if (cursor === null || seqOf(arrival.id) <= seqOf(cursor)) return ingest.arrive(arrival);
      last = arrival.id;
      return ingest.arrive({ ...arrival, prev: cursor });
    },
    reopened() {
      last = null;
      ingest.reopened();
    },
  };
}

/** Collections as one writes them on the first day: load, then put whatever comes. */
function createNaiveCollections(...[{ reader, notifier }]: Parameters<typeof createPageCollections>): Omit<PageCollections, 'watched'> {
  const entries = new Map<string, { topic: ReturnType<typeof createTopic<CollectionSnapshot>>; documents: Map<string, StoredDocument> }>();
  const show = (name: string): void =>
    entries.get(name)?.topic.set({ documents: new Map(entries.get(name)?.documents), pending: new Map(), isLoading: false, isPartial: false });

  async function load(name: string): Promise<void> {
    const page = await reader.collection(name).catch(() => null);
    const entry = entries.get(name);
    if (!page || !entry) return;
    entry.documents = new Map(page.documents.map((document) => [document.id, document]));
    show(name);
  }

  return {
    topic(name) {
      const known = entries.get(name) ?? {
        topic: createTopic<CollectionSnapshot>({ documents: new Map(), pending: new Map(), isLoading: true, isPartial: false }, notifier),
        documents: new Map<string, StoredDocument>(),
      };
      if (!entries.has(name)) void load(name);
      entries.set(name, known);
      return known.topic;
    },
    apply(events) {
      for (const change of events.flatMap((event) => event.changes)) {
        const entry = entries.get(change.collection);
        const doc = 'patch' in change ? { ...entry?.documents.get(change.id)?.doc, ...change.patch } : change.doc;
        entry?.documents.set(change.id, { collection: change.collection, id: change.id, version: change.version, doc, seq: 0, staleFor: null });
        show(change.collection);
      }
    },
    confirmed: () => undefined,
    relay: () => {},
    replace: () => {},
    reload: () => [...entries.keys()].forEach((name) => void load(name)),
  };
}

/** Believes the cursor of an answer and forgets what was in it. */
function dropPolledEvents(stream: StreamTransport): StreamTransport {
  return {
    ...stream,
    async poll(request, listener, signal) {
      const end = await stream.poll(request, { ...listener, message: () => {} }, signal);
      if (end.kind === 'polled' && end.cursor !== null && end.cursor !== request.cursor)
        await listener.message({ kind: 'checkpoint', checkpoint: { prev: request.cursor, id: end.cursor } });
      return end;
    },
  };
}
