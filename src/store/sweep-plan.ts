// What retention lets go and which blocks are worth joining. Pure: both stores read some rows, ask here, and write the answer.
// Must never look at a clock: age is the distance to the newest server time received, so that offline nothing ages.
import type { StoredDocument } from '../core/document.ts';
import type { Retention } from '../core/policy.ts';
import { countBlocks } from './block-slices.ts';
import { packBlocks, type BlockBounds } from './log-commit.ts';
import { endOf, publicMeta, seqOf, type BlockRow, type MetaRow } from './log-rows.ts';
import type { DocumentName, SweepResult } from './contract.ts';

/** Blocks that one sweep deletes at most: longer transactions delay the commits that wait behind them. */
export const SWEEP_BLOCKS = 50;

export interface SweepPlan {
  /** Everything up to this seq goes; null when nothing does. */
  readonly through: number | null;
  readonly events: number;
  readonly bytes: number;
  /** Of `events`, those that some reader had not passed. */
  readonly unread: number;
}

/** How many of the oldest blocks one sweep looks at. */
export function sweepWindow(firstSeqs: readonly number[], meta: MetaRow, readEvents: number): number {
  return Math.min(SWEEP_BLOCKS, countBlocks(firstSeqs, meta.floor, endOf(meta), readEvents));
}

/** Judges the oldest rows in order and stops at the first that stays. Age asks for `passed`; count and bytes don't. */
export function planSweep(meta: MetaRow, oldest: readonly BlockRow[], retention: Retention, passed: number): SweepPlan {
  let plan: SweepPlan = { through: null, events: 0, bytes: 0, unread: 0 };
  for (const row of oldest) {
    const isOver = meta.events - plan.events > retention.maxEvents || meta.bytes - plan.bytes > retention.maxBytes;
    const isOld = row.lastSeq <= passed && meta.serverTime - row.at > retention.ttlMs;
    if (!isOver && !isOld) break;
    const unread = row.events.filter((event) => seqOf(event) > passed).length;
    plan = { through: row.lastSeq, events: plan.events + row.events.length, bytes: plan.bytes + row.bytes, unread: plan.unread + unread };
  }
  return plan;
}

export function swept(meta: MetaRow, plan: SweepPlan): MetaRow {
  if (plan.through === null) return meta;
  return { ...meta, floor: Math.max(meta.floor, plan.through), events: meta.events - plan.events, bytes: meta.bytes - plan.bytes };
}

export function sweepResult(meta: MetaRow, plan: SweepPlan, dropped: readonly DocumentName[] = []): SweepResult {
  return { meta: publicMeta(meta), sweptEvents: plan.events, sweptUnread: plan.unread, dropped: dropped.map(({ collection, id }) => ({ collection, id })) };
}

/** Bounds of a merged block: a tenth of what may be kept, so that retention, which drops whole blocks, stays fine-grained. */
export function mergeBounds(bounds: BlockBounds, retention: Retention): BlockBounds {
  const blockEvents = Math.min(bounds.blockEvents, Math.max(1, Math.floor(retention.maxEvents / 10)));
  return { blockEvents, eventBytes: bounds.eventBytes };
}

export interface MergeGroup {
  /** Index of the first block; everything before it needs no joining any more. */
  readonly from: number;
  /** Index after the last block; null when the group may still grow. */
  readonly to: number | null;
}

/**
 * The first neighbours that fit into one block and can't grow any more. An unfinished group at the end waits: so each event
 * is rewritten once, not at every sweep. `firstSeqs` holds no marker of a run's beginning.
 */
export function findMergeGroup(firstSeqs: readonly number[], blockEvents: number): MergeGroup {
  let from = 0;
  for (;;) {
    const to = groupEnd(firstSeqs, from, blockEvents);
    if (to === null || to - from > 1) return { from, to };
    from = to;
  }
}

/** Where the group that begins at `from` is full; null while more may join it. Blocks before `to` hold `firstSeqs[to] - firstSeqs[from]` events at most. */
function groupEnd(firstSeqs: readonly number[], from: number, blockEvents: number): number | null {
  for (let to = from + 1; ; to++) {
    const next = firstSeqs[to + 1];
    if (next === undefined) return null;
    if (next - (firstSeqs[from] ?? 0) > blockEvents) return to;
  }
}

/** The joined rows, or null when joining makes no fewer of them (large events). */
export function mergeRows(rows: readonly BlockRow[], bounds: BlockBounds): BlockRow[] | null {
  const packed = packBlocks(rows, bounds);
  return packed.length < rows.length ? packed : null;
}

/** Which documents of one collection go: those whose last event is the oldest. Ties go by id, so that every engine drops the same. */
export function planDrop(documents: readonly StoredDocument[], bound: number): readonly StoredDocument[] {
  const surplus = documents.length - bound;
  if (surplus <= 0) return [];
  return documents.toSorted((a, b) => a.seq - b.seq || (a.id < b.id ? -1 : 1)).slice(0, surplus);
}

/** The row after documents were dropped. Markers of deleted documents were never shown: without them nothing is missing. */
export function cutCollections(meta: MetaRow, dropped: readonly StoredDocument[]): MetaRow {
  const names = dropped.filter((document) => document.doc !== null).map((document) => document.collection);
  const partial = [...new Set([...meta.partial, ...names])];
  return partial.length === meta.partial.length ? meta : { ...meta, partial };
}
