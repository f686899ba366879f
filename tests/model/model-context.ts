// What one simulated context (an engine or a page) stands on: a clock of its own, a store that is late both ways, and its end of the bus.
// A context dies by its clock: nothing that was on its way ever reaches it again, and what it had begun stays half done.
import { SyncError } from '../../src/core/sync-error.ts';
import type { Log } from '../../src/platform/ports.ts';
import type { LogReader, LogWriter } from '../../src/store/contract.ts';
import type { HistoryChecker } from './history-checker.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

export const SILENT_LOG: Log = { error: () => {}, info: () => {}, debug: () => {} };

/** Shared by all contexts: how slow the disk is now. */
export interface DiskWeather {
  slowChance: number;
  /** This many reads of pages fail. */
  failingReads: number;
}

interface ContextDeps {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly weather: DiskWeather;
}

/** Half of all waits are one turn of the microtask queue, the others some milliseconds, on a slow disk up to two seconds. */
function createDelay({ clock, random, weather }: ContextDeps): () => Promise<void> {
  return () => {
    if (random.chance(weather.slowChance)) return new Promise((resolve) => void clock.after(random.int(2_000), resolve));
    if (random.chance(0.5)) return Promise.resolve();
    return new Promise((resolve) => void clock.after(random.int(15), resolve));
  };
}

/** Reads of one context may overtake each other; each is one moment between asking and hearing. */
export function slowReader(reader: LogReader, deps: ContextDeps): LogReader {
  const delay = createDelay(deps);
  const late = async <T>(read: () => Promise<T>): Promise<T> => {
    await delay();
    if (deps.weather.failingReads > 0) {
      deps.weather.failingReads -= 1;
      throw new SyncError('store/failed', 'injected fault in a read');
    }
    const page = await read();
    await delay();
    return page;
  };
  return {
    read: (from) => late(() => reader.read(from)),
    history: (limit) => late(() => reader.history(limit)),
    collection: (name) => late(() => reader.collection(name)),
    documents: (keys) => late(() => reader.documents(keys)),
  };
}

/** Writes of one context are performed and answered in the order in which they were asked for, as transactions over one store are. */
export function slowWriter(writer: LogWriter, deps: ContextDeps, checker: HistoryChecker): LogWriter {
  const delay = createDelay(deps);
  let performed: Promise<unknown> = Promise.resolve();
  let answered: Promise<unknown> = Promise.resolve();

  function inOrder<T>(perform: () => Promise<T>, note: (result: T) => void): Promise<T> {
    const run = performed.then(async () => {
      await delay();
      const result = await perform();
      note(result);
      return result;
    });
    performed = run.catch(() => undefined);
    const before = answered;
    const answer = (async () => {
      await before;
      const result = await run;
      await delay();
      return result;
    })();
    answered = answer.catch(() => undefined);
    return answer;
  }

  return {
    ...writer,
    claim: (nowMs) =>
      inOrder(
        () => writer.claim(nowMs),
        ({ meta }) => checker.claimed(meta),
      ),
    commit: (batch) =>
      inOrder(
        () => writer.commit(batch),
        (meta) => checker.committed(batch, meta),
      ),
    reset: (term, snapshot, serverTime) =>
      inOrder(
        () => writer.reset(term, snapshot, serverTime),
        ({ meta }) => checker.restarted(meta),
      ),
    sweep: (term, retention, passed) =>
      inOrder(
        () => writer.sweep(term, retention, passed),
        ({ meta }) => checker.swept(meta),
      ),
  };
}

export interface ModelBus {
  join(name: string, member: { readonly clock: VirtualClock; readonly isLosing: () => boolean; readonly hear: (message: unknown) => void }): () => void;
  /** Reaches everybody but the sender: cloned, later, in order between two, in any order between others. */
  post(from: string, message: unknown): void;
}

export function createModelBus(now: () => number, random: SeededRandom): ModelBus {
  const members = new Map<string, Parameters<ModelBus['join']>[1]>();
  const lastAt = new Map<string, number>();
  return {
    join(name, member) {
      members.set(name, member);
      return () => void members.delete(name);
    },
    post(from, message) {
      const text = JSON.stringify(message);
      for (const [name, { clock, isLosing, hear }] of members) {
        if (name === from || isLosing()) continue;
        const pair = `${from}>${name}`;
        const at = Math.max(lastAt.get(pair) ?? 0, now() + random.int(random.chance(0.1) ? 400 : 8));
        lastAt.set(pair, at);
        clock.after(at - now(), () => hear(JSON.parse(text)));
      }
    },
  };
}
