// The face of a page: it shows the disk without its live part, says what is wrong when that can't be loaded, and hands over to it what was wished before.
import { expect, test } from 'vitest';
import type { LiveFace, LivePage, StartLive, SyncManagerDeps } from '../../src/client/contract.ts';
import { DEFAULT_CONFIGURATION } from '../../src/client/state/configuration.ts';
import { createSyncManager } from '../../src/client/sync-manager.ts';
import { READING_POLICY } from '../../src/core/reading-policy.ts';
import type { LogReader, Position } from '../../src/store/contract.ts';
import { cursorAt, eventAt, metaAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
const scope = { id: 's', baseUrl: 'http://here', tenant: 't', user: 'u', feed: '' };
const meta = metaAt(3, { events: 1, bytes: 1 });
const through = { run: 'r', seq: 3 };
const document = { collection: 'bays', id: 'b1', version: 1, doc: { n: 1 }, seq: 1, staleFor: null };

function setUp() {
  const clock = createVirtualClock();
  const reads: string[] = [];
  /** Reads of the disk answer with where it stood when they were begun, once they may. */
  const disk = { seq: 3, mayAnswer: Promise.resolve() };
  const note = async <T>(name: string, answer: (through: Position) => T): Promise<T> => {
    reads.push(name);
    const { seq } = disk;
    await disk.mayAnswer;
    return answer({ run: 'r', seq });
  };
  const reader: LogReader = {
    read: () => Promise.reject(new Error('not read here')),
    history: () => note('history', (through) => ({ meta, events: [eventAt(through.seq)], through, hasMore: false, reset: false, skipped: null })),
    collection: (name) => note(name, (asOf) => ({ documents: [document], asOf, meta, isPartial: false })),
    documents: () => Promise.reject(new Error('not read here')),
  };
  const notes = { get: () => Promise.resolve(null), set: () => Promise.resolve() };
  const loads: { live(page: Partial<LivePage>): void; fail(): void }[] = [];
  let face: LiveFace | null = null;
  const deps = {
    platform: { clock, random: { id: () => 'id', number: () => 0.5 }, log: { error: () => {}, info: () => {}, debug: () => {} } },
    ...{ scope, device: 'd', policy: READING_POLICY, configuration: DEFAULT_CONFIGURATION, rest: {}, outboxDisk: null },
    openReader: () => ({ reader, notes, hasEntries: () => Promise.resolve(false) }),
    loadLive: () =>
      new Promise<StartLive>((resolve, reject) =>
        loads.push({
          fail: () => reject(new TypeError('Failed to fetch dynamically imported module')),
          live: (page) =>
            resolve((given) => {
              face = given;
              return page as LivePage;
            }),
        }),
      ),
  } as unknown as SyncManagerDeps;
  const manager = createSyncManager(deps, () => {});
  return { manager, clock, loads, reads, disk, face: () => face };
}

const health = ({ manager }: ReturnType<typeof setUp>) => {
  const { status, connectionState, label, error } = manager.health.getSnapshot();
  return [status, connectionState, label, error?.code ?? null];
};

test('[LIV1] documents and events are shown from disk before the live part is there, and where it never comes', async () => {
  const page = setUp();
  const bays = page.manager.collection('bays');
  await settled();
  page.loads[0]?.fail();
  await settled();
  expect(bays.getSnapshot().documents.get('b1')).toEqual(document);
  expect(page.manager.events.getSnapshot()).toHaveLength(1);
});

test('[LIV2] a live part that can not be loaded is said, and tried again until it is there', async () => {
  const page = setUp();
  page.manager.hold();
  expect(health(page)).toEqual(['connecting', 'connecting', 'Connecting', null]);
  for (const attempt of [0, 1, 2]) {
    page.loads[attempt]?.fail();
    await settled();
    expect(health(page)).toEqual(['error', 'error', 'Offline', 'host/gone']);
    page.clock.advance(3_000);
  }
  expect(page.loads).toHaveLength(4);
  page.loads[3]?.live({});
  await settled();
  expect(page.face()).not.toBeNull();
});

test('[LIV2] a live part that does not come says Offline after three seconds, and calls that need it are answered in time', async () => {
  const page = setUp();
  page.manager.hold();
  const exported = page.manager.exportState().catch((error: unknown) => error);
  page.clock.advance(3_000);
  expect(await exported).toMatchObject({ code: 'host/gone', retryable: true });
  expect(health(page)).toEqual(['connecting', 'connecting', 'Offline', null]);
});

test('[LIV3] what was wished before the live part came counts when it is there, and what was taken back does not', async () => {
  const page = setUp();
  const consumed: string[] = [];
  const release = page.manager.hold();
  const handlers = { guarantee: 'at-least-once', onEvent: () => {} } as const;
  page.manager.consume('kept', handlers);
  page.manager.consume('taken back', handlers)();
  page.manager.updateConfiguration({ pollInterval: 5_000 });
  page.manager.configure({ reconnectDelay: 7 });
  let connects = 0;
  const kept: unknown[] = [];
  page.manager.connect();
  page.loads[0]?.live({
    connect: () => void (connects += 1),
    wished: () => {},
    keepConfiguration: async (change) => void kept.push(change),
    consume: (name) => (consumed.push(name), () => void consumed.push(`end of ${name}`)),
  });
  await settled();
  const face = page.face();
  expect([face?.isWanted(), face?.configuration.getSnapshot().pollInterval, connects, consumed]).toEqual([true, 5_000, 1, ['kept']]);
  expect(kept).toEqual([{ pollInterval: 5_000 }]);
  release();
  expect(face?.isWanted()).toBe(false);
});

test('[LIV4] a reset at the start reads again only what does not reach it', async () => {
  const page = setUp();
  page.manager.collection('bays');
  await settled();
  page.loads[0]?.live({});
  await settled();
  const { history, collections } = page.face() ?? {};
  const again = (from?: typeof through) => {
    page.reads.length = 0;
    history?.reload(100, from);
    collections?.reload(from);
    return [...page.reads];
  };
  expect(again(through)).toEqual([]);
  expect(again({ run: 'r', seq: 4 })).toEqual(['history', 'bays']);
  await settled();
  expect(again({ run: 'another', seq: 1 })).toEqual(['history', 'bays']);
  await settled();
  expect(again()).toEqual(['history', 'bays']);
});

test.each([
  { case: 'reaches it: it is enough', seq: 4, reads: ['history', 'bays'] },
  { case: 'does not: the disk is read again', seq: 3, reads: ['history', 'bays', 'bays', 'history'] },
])('[LIV4] a read under way when the page resets $case', async ({ seq, reads }) => {
  const page = setUp();
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(page.disk, { seq, mayAnswer: promise });
  page.reads.length = 0;
  page.manager.configure({ eventHistoryLimit: 50 });
  const bays = page.manager.collection('bays');
  page.loads[0]?.live({ wished: () => {} });
  await settled();
  const { history, collections } = page.face() ?? {};
  history?.reload(50, { run: 'r', seq: 4 });
  collections?.reload({ run: 'r', seq: 4 });
  page.disk.seq = 4;
  resolve();
  await settled();
  expect(page.reads.toSorted()).toEqual(reads.toSorted());
  expect(page.manager.events.getSnapshot().map(({ id }) => id)).toEqual([cursorAt(4)]);
  expect(bays.getSnapshot().isLoading).toBe(false);
});
