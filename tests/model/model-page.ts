// One page of the model: the real replica, which follows the log, and the real collections, which fold what it delivers.
import { createHistory } from '../../src/client/documents/history.ts';
import { createReplica } from '../../src/client/documents/replica.ts';
import { createNotifier } from '../../src/client/topic.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import type { LogReader, Position } from '../../src/store/contract.ts';
import type { MemoryDatabase } from '../../src/store/memory-store.ts';
import { createPageCollections } from '../support/page-collections.ts';
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { HistoryChecker } from './history-checker.ts';
import { SILENT_LOG, slowReader, type DiskWeather, type ModelBus } from './model-context.ts';
import { MODEL_POLICY } from './model-policy.ts';
import type { Variant } from './variant.ts';
import { NO_PENDING } from '../support/no-pending.ts';

export interface PageDeps {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly database: MemoryDatabase;
  readonly weather: DiskWeather;
  readonly bus: ModelBus;
  readonly checker: HistoryChecker;
  readonly variant: Variant;
  readonly collections: readonly string[];
  readonly trace: (line: string) => void;
}

export interface ModelPage {
  readonly name: string;
  position(): Position | null;
  isFrozen(): boolean;
  /** `frozen` pages may lose frames and look at the disk when they thaw; `busy` ones only hear late. */
  stop(how: 'frozen' | 'busy'): void;
  go(): void;
  wake(): void;
  /** Closed, crashed or reloaded. */
  end(): void;
  documents(collection: string): ReadonlyMap<string, StoredDocument>;
  /** Ids of the past events that it shows. */
  history(): readonly string[];
}

/** How many past events a page shows. */
export const HISTORY = 5;

type Notice = ({ readonly k: 'frame' } & Frame) | { readonly k: 'beat'; readonly engine: string };

export function createModelPage({ name, clock, random, database, weather, bus, checker, variant, collections: watched, trace }: PageDeps): ModelPage {
  const life = new AbortController();
  const witness = checker.page(name);
  let stopped: 'frozen' | 'busy' | null = null;
  let engine: string | null = null;
  const reader = witnessed(slowReader(database.open(life.signal).reader, { clock, random, weather }));
  const notifier = createNotifier(clock, (error) => checker.report('R10', name, `a listener threw ${String(error)}`), life.signal);
  const makeCollections = variant.collections ?? createPageCollections;
  const collections = makeCollections({ reader, pending: NO_PENDING, notifier, clock, log: SILENT_LOG }, life.signal);
  const topics = new Map(watched.map((collection) => [collection, collections.topic(collection)]));

  // Chance and weather of its own: what it reads must not move the rest of a schedule that was found before it was here.
  const late = { clock, random: createSeededRandom(name.length + Number(name.slice(4))), weather: { slowChance: 0.1, failingReads: 0 } };
  const historyReader = slowReader(database.open(life.signal).reader, late);
  const history = createHistory({ reader: historyReader, notifier, policy: MODEL_POLICY }, life.signal);

  /** The run that a collection was read under; its documents may not fall back before it is read under another. */
  function witnessed(inner: LogReader): LogReader {
    return {
      ...inner,
      async collection(collection) {
        const page = await inner.collection(collection);
        // What is shown by now was read under the run before.
        look();
        witness.loaded(collection, page.asOf.run);
        return page;
      },
    };
  }

  function look(): void {
    for (const [collection, topic] of topics) witness.shows(collection, topic.getSnapshot().documents);
  }

  const replica = createReplica(
    { reader, clock, log: SILENT_LOG },
    {
      deliver(events, through, source) {
        trace(`${name} is given ${events.length} up to ${through.run.slice(0, 7)}:${through.seq} from ${source}`);
        witness.deliver(events, through);
        collections.apply(events, through);
        if (events.length > 0) history.append(events, through);
        look();
      },
      reset(page, why) {
        trace(`${name} resets (${why}) at ${page.through.run.slice(0, 7)}:${page.through.seq}`);
        witness.reset(page.through);
        collections.reload(page.through);
        history.reload(HISTORY, page.through);
      },
      skipped(from, to) {
        if (variant.skipped === 'ignored') return;
        trace(`${name} skips ${from}..${to}`);
        witness.skipped(from, to);
        history.reload(HISTORY);
        // What was skipped may have changed documents: only the disk knows them now.
        if (variant.skipped !== 'not-reloaded') collections.reload();
      },
    },
    life.signal,
  );

  function hear(message: Notice): void {
    if (message.k === 'beat') {
      if (engine !== message.engine) replica.wake();
      engine = message.engine;
      return;
    }
    const position = replica.position();
    replica.frame(variant.frame?.(message, position) ?? message);
    if (message.documents.length > 0 && message.run === replica.position()?.run) collections.replace(message.documents, message.through, message.run);
    look();
  }

  const leave = bus.join(name, { clock, isLosing: () => stopped === 'frozen' && random.chance(0.6), hear: (message) => hear(message as Notice) });

  return {
    name,
    position: () => replica.position(),
    isFrozen: () => stopped !== null,
    stop(how) {
      // Frozen outlasts busy: what a page missed once, it missed.
      stopped = stopped === 'frozen' ? stopped : how;
      clock.freeze();
    },
    go() {
      const was = stopped;
      stopped = null;
      clock.thaw();
      // Messages that waited may be heard before the browser says that the page was resumed.
      if (was === 'frozen') clock.after(random.int(40), () => replica.wake());
    },
    wake: () => replica.wake(),
    end() {
      witness.ended();
      leave();
      clock.stop();
      life.abort();
    },
    history: () => history.events.getSnapshot().map(({ id }) => id),
    documents: (collection) => topics.get(collection)?.getSnapshot().documents ?? new Map(),
  };
}
