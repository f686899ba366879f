// One device for tests of a page's writes: the real rows on a fake IndexedDB, pages that come and go, and a drain that is played by hand.
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { createCollections } from '../../src/client/documents/collections.ts';
import { followCollections } from '../../src/client/documents/follow-collections.ts';
import { openOutbox } from '../../src/client/writes/open-outbox.ts';
import { createPending, EMPTY_OUTBOX, type OutboxSnapshot } from '../../src/client/writes/pending.ts';
import { createNotifier, createTopic } from '../../src/client/topic.ts';
import { POLICY } from '../../src/core/policy.ts';
import { NOTHING_SAID, stepEntry, type EntryInput } from '../../src/core/entry.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import type { LogReader } from '../../src/store/contract.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { metaAt } from '../support/sample-events.ts';
import { createTimeline } from '../support/virtual-clock.ts';

Object.assign(globalThis, { IDBKeyRange });
const scope = createScope({ baseUrl: 'https://a.test', tenant: 't', user: 'u', feed: '' });
const stored = (version: number, doc: Record<string, string>): StoredDocument => ({
  collection: 'orders',
  id: 'o1',
  version,
  doc,
  seq: version,
  staleFor: null,
});
const NO_HEALTH = { getSnapshot: () => ({ isConnected: false, isPollingFallback: false }), subscribe: () => () => {} };
export const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
export const note = (notes: string) => ({
  method: 'PATCH' as const,
  path: '/api/v1/orders/o1',
  body: { notes },
  effect: { collection: 'orders', docId: 'o1', patch: { notes } },
});

export interface DeviceOptions {
  readonly indexedDB?: IDBFactory;
  /** Of a page's own requests. */
  readonly send?: (request: RestRequest) => Promise<RestAnswer>;
}

/** One device: its disk, and pages that come and go. The drain is played by `step`. */
export function device({ indexedDB = new IDBFactory(), send = (): Promise<RestAnswer> => Promise.reject(new Error('not sent here')) }: DeviceOptions = {}) {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const disk = { indexedDB, clock, policy: POLICY, scope, name: scopeNames(scope).database };
  const life = new AbortController();
  const pages: { look(): void }[] = [];
  const documents = { version: 3, doc: { notes: 'old', stage: 'initiated' } as Record<string, string>, seq: 3, runNo: 1 };
  let ids = 0;

  async function step(id: string, input: EntryInput): Promise<void> {
    const rows = await openOutboxRows(disk, life.signal);
    const { entries } = await rows.list();
    await rows.change(
      entries.filter((entry) => entry.id === id),
      (found) => found.map((entry) => stepEntry(entry, input, 1)),
    );
    rows.close();
    pages.forEach((page) => page.look());
    await settle();
  }

  function page() {
    const told: [string, Record<string, unknown>][] = [];
    const topic = createTopic<OutboxSnapshot>({ ...EMPTY_OUTBOX, isLoading: true }, { notify: (tell) => tell() });
    const meta = () => metaAt(documents.seq, { runNo: documents.runNo });
    const read = async () => ({
      documents: [stored(documents.version, documents.doc)],
      asOf: { run: 'r', seq: documents.seq },
      meta: meta(),
      isPartial: false,
    });
    const reader = { collection: read, documents: read } as unknown as LogReader;
    const log = { error: () => {}, info: () => {}, debug: () => {} };
    const hasEntries = async () => {
      const rows = await openOutboxRows(disk, life.signal);
      const { entries } = await rows.list();
      rows.close();
      return entries.length > 0;
    };
    const pending = createPending({
      ...{ topic, clock, hasEntries },
      load: () =>
        openOutbox(
          {
            ...{ disk, scope, clock, log, health: NO_HEALTH, topic, reader, random: { id: () => `m${(ids += 1)}`, number: () => 0 } },
            ...{ identity: { baseUrl: '', tenant: 't', user: 'u', device: 'd' }, rest: { send } },
            ...{ known: (name: string, id: string) => collections.confirmed(name, id), relaid: (names: ReadonlySet<string>) => collections.relay(names) },
            tell: () => pages.filter((other) => other !== pending).forEach((other) => other.look()),
            note: (kind, fields) => void told.push([kind, fields]),
          },
          life.signal,
        ),
    });
    pages.push(pending);
    const collections = createCollections({ reader, pending, notifier: createNotifier(clock, () => {}, life.signal), clock, log }, life.signal);
    const { apply, replace } = followCollections(collections.watched, { reader, pending, clock }, life.signal);
    const orders = collections.topic('orders');
    const shown = () => orders.getSnapshot().documents.get('o1')?.doc;
    const write = async (notes: string) => (await pending.layer()).mutate(note(notes));
    /** Written, and promised to be sent. */
    async function kept(notes: string) {
      const handle = await write(notes);
      await handle.accepted;
      return handle;
    }
    return { pending, collections, apply, replace, topic, told, shown, orders, write, kept };
  }
  return { page, step, documents, timeline };
}

export const answer = (status: number, more: Partial<Extract<EntryInput, { type: 'answered' }>['answer']> = {}): EntryInput => ({
  type: 'answered',
  attempt: 1,
  runNo: 1,
  answer: { ...NOTHING_SAID, retryAfterMs: null, status, ...more },
});
