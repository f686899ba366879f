// One device with the real leadership, the real pages' replica and collections, and a disk that may be full, silent, refused or lost. The history
// checker judges every run, those in memory included; for memory the frames are what was committed.
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import type { Beat, Frame } from '../../src/protocol/frame.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createLeadership, NO_STANDING, type Leadership } from '../../src/engine/leadership.ts';
import { createLeases } from '../../src/engine/leases.ts';
import '../../src/engine/fallback.ts';
import '../../src/engine/later.ts';
import { readFor } from '../../src/engine/read-for.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import type { LogReader, LogWriter, Store } from '../../src/store/contract.ts';
import { SILENT_LOG, slowWriter, type ModelBus } from '../model/model-context.ts';
import { createModelPage, type ModelPage } from '../model/model-page.ts';
import { MODEL_POLICY } from '../model/model-policy.ts';
import { createOneDevice, SCOPE, WISHES } from '../model/one-device.ts';
import { COLLECTIONS } from '../model/world.ts';

/** `full`: commits and snapshots fail; `silent`: nothing is ever answered; `refused`: it does not open. */
export type DiskState = 'well' | 'full' | 'silent' | 'refused';

const POLICY = { ...MODEL_POLICY, leaseMs: 1e9, retention: { ...MODEL_POLICY.retention, maxEvents: 10_000 } };
const never = new Promise<never>(() => {});
/** Code that is loaded late comes over several turns, also when it is loaded already. */
const drain = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => void setImmediate(resolve));
};

export function createReignWorld(seed: number) {
  const { random, timeline, wallNow, tenant, network, checker, database, weather, bus } = createOneDevice(seed, POLICY);
  const beats: Beat[] = [];
  const volatileRuns = new Set<string>();
  const pages: ModelPage[] = [];
  let disk: DiskState = 'well';
  let engine: { readonly reign: Leadership; readonly end: () => void } | null = null;
  let engines = 0;
  let highestClaim = 0;

  function onDisk<T>(isWrite: boolean, work: () => Promise<T>): Promise<T> {
    if (disk === 'silent') return never;
    if (disk === 'full' && isWrite) return Promise.reject(new SyncError('store/quota', 'full'));
    return work();
  }

  function openDisk(signal: AbortSignal): Promise<Store> {
    if (disk === 'refused') return Promise.reject(new SyncError('store/unavailable', 'refused'));
    if (disk === 'silent') return never;
    const store = database.open(signal);
    const { writer: inner } = store;
    const writer: LogWriter = {
      ...inner,
      claim: (...call) =>
        onDisk(false, async () => {
          const claim = await inner.claim(...call);
          highestClaim = Math.max(highestClaim, claim.meta.term);
          return claim;
        }),
      commit: (...call) => onDisk(true, () => inner.commit(...call)),
      reset: (...call) => onDisk(true, () => inner.reset(...call)),
    };
    const clock = timeline.clock();
    return Promise.resolve({ ...store, isDurable: true, writer: slowWriter(writer, { clock, random: random.fork(), weather }, checker) });
  }

  function startEngine(): void {
    const clock = timeline.clock();
    const life = new AbortController();
    const wire = network.connect(clock);
    const id = `engine${++engines}`;
    const platform = { clock, random: random.fork(), locks: null, net: { fetch: () => never }, log: SILENT_LOG, openBus: () => own };
    const own = { post: (message: unknown) => (hear(message as Beat | Frame), bus.post(id, message)), listen: () => {} };
    const leases = createLeases({ locks: null, names: scopeNames(SCOPE), clock, policy: POLICY }, () => {}, life.signal);
    leases.note({ v: 1, k: 'lease', page: 'p', wants: WISHES, isVisible: true, position: null });
    const beat = (): Beat => ({ v: PROTOCOL_VERSION, k: 'beat', engine: id, host: 'test', build: '1', ...(engine?.reign.standing() ?? NO_STANDING) });
    const reign = createLeadership(
      {
        ...{ platform, scope: SCOPE, device: 'd1', policy: POLICY, host: 'shared', build: '1', way: 'queue' },
        ...{ id, bus: own, leases, beat, stream: wire.stream, rest: wire.rest, openStore: openDisk },
        retire: (why) => (checker.report('R12', id, `retired: ${why}`), life.abort()),
      },
      life.signal,
    );
    engine = { reign, end: () => (clock.stop(), wire.cut(), life.abort()) };
    void reign.lead().catch((error: unknown) => checker.report('R10', id, `leadership failed: ${String(error)}`));
  }

  /** What the engine says is what it holds. */
  function hear(message: Beat | Frame): void {
    if (message.k === 'beat') return void beats.push(message);
    if (message.durable) return;
    const meta = { ...message, runNo: 0, snapshotAt: null, floor: message.prev, bytes: 0, events: 0 };
    // Memory has a fence of its own: the database may have been tried with a newer term meanwhile.
    if (volatileRuns.has(message.run)) checker.committed({ ...message, term: Math.max(message.term, highestClaim), documents: [] }, meta);
    else checker.restarted(meta);
    volatileRuns.add(message.run);
  }

  function startPage(): ModelPage {
    const name = `page${pages.length + 1}`;
    const clock = timeline.clock();
    const own = random.fork();
    const onMemory = (method: string, argument: unknown) => readFor(engine?.reign.store ?? null, method, argument) as never;
    let isDurable = true;
    const readDisk = <T>(work: (reader: LogReader) => Promise<T>): Promise<T> =>
      disk === 'well' || disk === 'full'
        ? // Not in the same turn as what the loss of a database makes engines do: the checker has to hear of that first.
          new Promise<void>((resolve) => void clock.after(1, resolve)).then(() => work(database.open(new AbortController().signal).reader))
        : new Promise((_, reject) => void clock.after(3_000, () => reject(new SyncError('store/blocked', 'silent'))));
    const reader: LogReader = {
      read: (from) => (isDurable ? readDisk((onDisk) => onDisk.read(from)) : onMemory('read', from)),
      history: (limit) => (isDurable ? readDisk((onDisk) => onDisk.history(limit)) : onMemory('history', limit)),
      collection: (collection) => (isDurable ? readDisk((onDisk) => onDisk.collection(collection)) : onMemory('collection', collection)),
      documents: (keys) => (isDurable ? readDisk((onDisk) => onDisk.documents(keys)) : onMemory('documents', keys)),
    };
    const listening: ModelBus = {
      ...bus,
      join: (member, { hear: tell, ...rest }) =>
        bus.join(member, {
          ...rest,
          hear(message) {
            const isFlip = (message as Beat).k === 'beat' && (message as Beat).durable !== isDurable;
            if (isFlip) isDurable = !isDurable;
            tell(message);
            if (isFlip) page.wake();
          },
        }),
    };
    const store = { ...database, open: () => ({ ...database.open(new AbortController().signal), reader }) };
    const page = createModelPage({
      name,
      clock,
      random: own,
      database: store,
      weather,
      bus: listening,
      checker,
      variant: {},
      collections: COLLECTIONS,
      trace: () => {},
    });
    pages.push(page);
    return page;
  }

  function write(kind: 'doc' | 'patch' | 'delete' = 'patch'): void {
    tenant.append({ collection: random.pick(COLLECTIONS), id: `d${random.int(6)}`, kind: random.chance(0.3) ? 'doc' : kind, now: wallNow() });
    network.flush();
  }

  function heartbeatOn(): void {
    network.heartbeat();
    timeline.clock().after(1_000, heartbeatOn);
  }

  async function advance(ms: number): Promise<void> {
    const until = timeline.now() + ms;
    await drain();
    while (checker.violations.length === 0 && timeline.step(until)) await drain();
    await drain();
  }

  heartbeatOn();
  return {
    ...{ checker, tenant, network, database, random, pages, beats },
    ...{ startEngine, startPage, write, advance, now: timeline.now },
    setDisk: (state: DiskState) => void (disk = state),
    reign: () => engine?.reign ?? null,
    crashEngine() {
      engine?.end();
      engine = null;
    },
    lastBeat: () => beats.at(-1),
    /** Null when every page shows what the server has. */
    disagreement(): string | null {
      for (const page of pages) {
        for (const collection of COLLECTIONS) {
          const shown = [...page.documents(collection)].map(([id, { version }]) => `${id}:${version}`).toSorted();
          const wanted = [...tenant.documents()].flatMap(([key, { version, doc }]) =>
            doc && key.startsWith(`${collection}/`) ? [`${key.split('/')[1]}:${version}`] : [],
          );
          if (shown.join() !== wanted.toSorted().join()) return `${page.name} shows ${collection} ${shown.join()} instead of ${wanted.toSorted().join()}`;
        }
      }
      return null;
    },
  };
}

export type ReignWorld = ReturnType<typeof createReignWorld>;
