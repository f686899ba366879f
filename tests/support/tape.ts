// What a run leaves behind, as docs/testing.md names it: records of pages, of the server's log, of the wire and of the disk. All times are wall
// clock in ms: everything runs on one machine. Types only, and the collector of what pages send out.
import type { WireRecord } from './fault-proxy.ts';
import type { HistoryRecord } from './history/record.ts';

/** One row of the server's log: `S.event`. */
export interface ServerEvent {
  readonly tenant: string;
  readonly epoch: string;
  readonly seq: number;
  readonly hash: string;
  readonly t: number;
  readonly type: string;
  readonly orderID: string | null;
  readonly mutId: string | null;
}

/** A `P.*` or `H.*` record, and which load of which tab it is from. */
export interface PageRecord {
  readonly k: string;
  readonly t: number;
  readonly tab: string;
  readonly inc: number;
  readonly tenant?: string;
  readonly user?: string;
  readonly epoch?: string;
  readonly seq?: number;
  readonly hash?: string;
  readonly orderID?: string | null;
  readonly version?: number | null;
  readonly [field: string]: unknown;
}

export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** A scope's log on disk, read by somebody else than the library: `D.snap`. */
export interface DiskSnap {
  readonly t: number;
  readonly tenant: string;
  readonly user: string;
  readonly cursor: Place | null;
  /** Where the run began: place of its snapshot. */
  readonly base: Place | null;
  /** Events at or below it were swept. */
  readonly floor: number;
  /** Every event row of the present run, in order of the keys; a seq stored twice stands here twice. */
  readonly events: readonly number[];
}

/** How many streams the server counted at a moment, by user and device. */
export interface StreamSample {
  readonly t: number;
  readonly streams: readonly { readonly user: string; readonly device: string | null }[];
}

export interface History {
  readonly pages: readonly PageRecord[];
  /** All events of all epochs that the server ever had, in order of the reading. */
  readonly server: readonly ServerEvent[];
  readonly disk?: readonly DiskSnap[];
  readonly wire?: readonly WireRecord[];
  readonly streams?: readonly StreamSample[];
  /** Tabs open at the end, after all was quiet. */
  readonly alive?: readonly string[];
  /** Faults as they began and ended: `N.start`, `N.end`. */
  readonly faults?: readonly HistoryRecord[];
  /** What the server made of writes: `S.apply`. */
  readonly applies?: readonly ServerApply[];
  /** Orders as the server has them at the end; pages are then held against them. */
  readonly truth?: readonly { readonly orderID: string; readonly version: number; readonly hash: string }[];
  /** Constants of the judgement that differ in this run. */
  readonly cfg?: Readonly<Record<string, unknown>>;
}

/** `S.apply`: the answer that the server keeps under a write's key. */
export interface ServerApply {
  readonly t: number;
  readonly tenant: string;
  readonly user: string;
  readonly mutId: string;
  readonly orderID: string | null;
  readonly outcome: 'applied' | 'rejected' | 'conflict';
  readonly version: number | null;
}

export interface TapeCollector {
  readonly records: PageRecord[];
  /** Records as a page sent them. */
  take(tab: string, batch: readonly { readonly k: string; readonly t: number }[]): void;
  /** The present load of a tab ended otherwise than by itself. */
  ended(tab: string, how: 'crashed' | 'killed' | 'reload'): void;
}

export function createTapeCollector(): TapeCollector {
  const records: PageRecord[] = [];
  const incs = new Map<string, number>();
  const incOf = (tab: string) => incs.get(tab) ?? 0;
  return {
    records,
    take(tab, batch) {
      for (const record of batch) {
        if (record.k === 'P.start') incs.set(tab, incOf(tab) + 1);
        records.push({ ...record, tab, inc: incOf(tab) });
      }
    },
    ended: (tab, how) => void records.push({ k: 'P.stop', t: Date.now(), tab, inc: incOf(tab), how }),
  };
}
