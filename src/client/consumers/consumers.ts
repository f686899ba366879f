// A named consumer: a position on disk that all tabs share, held by one of them at a time and taken over when that one dies. It says on which
// side it errs. at-most-once: the claim on an event is on disk before anything is done, so nothing is done twice, and what a holder was at when
// it died is told to the next as uncertain. at-least-once: the place is on disk after it was done, so nothing is left out.
//
//   lock consumer:<name> -> claim row -> uncertain? -> read log -> [claim event ->] act -> keep the place -> ... -> wait for more
import type { SyncEvent } from '../../protocol/event.ts';
import { parseCursor } from '../../protocol/cursor.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { LogPage, Position } from '../../store/contract.ts';
import type { ConsumerRow, ConsumerRows } from '../../store/consumer-rows.ts';
import type { ConsumerDeskDeps } from './consumer-desk.ts';
import { matcher, type EventFilter } from '../documents/subscriptions.ts';

export interface ConsumerOptions {
  readonly guarantee: 'at-most-once' | 'at-least-once';
  /** Acts on one event; awaited before the next. The event's id is the key by which at-least-once repeats are known. */
  readonly onEvent: (event: SyncEvent) => unknown;
  /** at-most-once: a holder died while it acted on this event; whether it was done nobody knows. */
  readonly onUncertain?: (event: SyncEvent) => unknown;
  /** Events between what was passed and what follows are not on this device any more: a reset, or retention. */
  readonly onSkipped?: (skipped: { readonly from: Position | null; readonly to: Position }) => unknown;
  readonly filter?: EventFilter;
}

export type OpenConsumers = (signal: AbortSignal) => Promise<ConsumerRows>;

export interface ConsumerParts extends Omit<ConsumerDeskDeps, 'open' | 'hold'> {
  readonly open: OpenConsumers;
  readonly moved: (position: Position) => void;
}

/** After a failure of the store or of an at-least-once handler; doubled each time. */
const RETRY_MS = 500;
const RETRY_MOST_MS = 30_000;

/** Runs until `signal` aborts: waits for the consumer, holds it, and begins again after any failure but a log-out. */
export async function runConsumer(parts: ConsumerParts, { name, options }: { name: string; options: ConsumerOptions }, signal: AbortSignal): Promise<void> {
  const { locks, names, log, clock } = parts;
  let waitMs = RETRY_MS;
  while (!signal.aborted) {
    const life = new AbortController();
    const until = AbortSignal.any([signal, life.signal]);
    const hold = async (): Promise<void> => {
      const rows = await parts.open(until);
      waitMs = RETRY_MS;
      await createHolder(parts, rows, { name, options }).run(until);
    };
    try {
      await (locks ? locks.request(names.consumer(name), { signal: until }, hold) : hold());
    } catch (error) {
      if (signal.aborted || (error instanceof SyncError && error.code === 'store/closed')) return;
      log.info('A consumer stopped; it begins again', { name, error: String(error) });
    } finally {
      // Closes the database of this hold.
      life.abort();
    }
    await pause(clock, waitMs, signal);
    waitMs = Math.min(RETRY_MOST_MS, waitMs * 2);
  }
}

function createHolder(parts: ConsumerParts, rows: ConsumerRows, { name, options }: { name: string; options: ConsumerOptions }) {
  const { reader, clock, onError } = parts;
  const matches = matcher(options.filter ?? {});
  let row: ConsumerRow;

  async function keep(change: Partial<ConsumerRow>): Promise<void> {
    const next = { ...row, ...change };
    await rows.put(name, next);
    row = next;
    if (row.position) parts.moved(row.position);
  }

  async function run(until: AbortSignal): Promise<void> {
    row = await rows.claim(name);
    if (row.position) parts.moved(row.position);
    if (row.acting) await tellUncertain(row.acting);
    const news = createNews(parts.changes, until);
    while (!until.aborted) {
      const page = await reader.read(row.position);
      const isMore = await takePage(page, until);
      if (!isMore && !until.aborted) await news.next();
    }
  }

  /** The page that acted died, or was put aside, before it could say that it was done. */
  async function tellUncertain({ id, at }: NonNullable<ConsumerRow['acting']>): Promise<void> {
    const page = await reader.read({ run: at.run, seq: at.seq - 1 });
    const event = page.events.find((known) => known.id === id);
    if (event) await guarded(() => options.onUncertain?.(event));
    await keep({ acting: null, position: at });
  }

  /** True when more is there at once. */
  async function takePage(page: LogPage, until: AbortSignal): Promise<boolean> {
    if (page.reset) {
      // Before a device's first snapshot there is no place to begin at.
      if (page.meta.cursor === null) return false;
      // A new consumer begins now: what happened before it is history.
      if (row.position) await skip(row.position, page.through);
      await keep({ position: page.through });
      return true;
    }
    if (page.skipped) await skip({ run: page.through.run, seq: page.skipped.from - 1 }, { run: page.through.run, seq: page.skipped.to });
    for (const event of page.events) {
      if (until.aborted) return false;
      if (matches(event)) await act(event, { run: page.through.run, seq: seqOf(event) }, until);
    }
    if (until.aborted) return false;
    if (row.position?.seq !== page.through.seq) await keep({ position: page.through });
    return page.hasMore;
  }

  async function skip(from: Position, to: Position): Promise<void> {
    await guarded(() => options.onSkipped?.({ from, to }));
  }

  async function act(event: SyncEvent, at: Position, until: AbortSignal): Promise<void> {
    if (options.guarantee === 'at-least-once') return actUntilDone(event, at, until);
    await keep({ acting: { id: event.id, at } });
    parts.noteEffect(name, event);
    await guarded(() => options.onEvent(event));
    await keep({ acting: null, position: at });
  }

  /** A handler that fails keeps its event: each further try is later, and each failure is reported. */
  async function actUntilDone(event: SyncEvent, at: Position, until: AbortSignal): Promise<void> {
    for (let waitMs = RETRY_MS; !until.aborted; waitMs = Math.min(RETRY_MOST_MS, waitMs * 2)) {
      if (await guarded(() => options.onEvent(event))) return keep({ position: at });
      await pause(clock, waitMs, until);
    }
  }

  async function guarded(handler: () => unknown): Promise<boolean> {
    try {
      await handler();
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  return { run };
}

/** Tells that the log may have grown since it was last asked; nothing that happens in between is missed. */
function createNews(changes: ConsumerParts['changes'], until: AbortSignal): { next(): Promise<void> } {
  let isNew = false;
  let tell = (): void => {};
  const end = changes.subscribe(() => {
    isNew = true;
    tell();
  });
  until.addEventListener('abort', () => (end(), tell()), { once: true });
  return {
    async next() {
      if (!isNew && !until.aborted) await new Promise<void>((resolve) => (tell = resolve));
      isNew = false;
    },
  };
}

function pause(clock: ConsumerParts['clock'], ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}

function seqOf(event: SyncEvent): number {
  return parseCursor(event.id)?.seq ?? 0;
}
