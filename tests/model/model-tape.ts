// The tape of a simulated run, for the judge that browser runs and outside histories are held against as well. Time is the order of what
// happened; the server's log comes first, since the model itself sees to it that nobody is told of what wasn't written yet.
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import { judgeRecords } from '../support/history/judge.ts';
import type { HistoryRecord } from '../support/history/record.ts';
import type { Violation } from '../support/history/violation.ts';
import { visibleChanges, type Feed, type TruthEntry } from '../support/fake-server.ts';

export interface ModelTape {
  start(tab: string): void;
  /** `cursor`: the place on which a page stands anew. */
  base(tab: string, cursor: string | null): void;
  /** `isTrue` of an event: its content is what the server said. */
  deliver(tab: string, event: SyncEvent, isTrue: boolean): void;
  skipped(tab: string, from: number, to: number): void;
  stop(tab: string): void;
  lead(term: number): void;
  wrote(term: number): void;
  /** The whole of the present run as it lies on disk. */
  disk(snap: { readonly base: string | null; readonly cursor: string | null; readonly floor: number; readonly events: readonly string[] }): void;
  judge(): readonly Violation[];
}

const TENANT = 't';
const DEVICE = 'd';

export function createModelTape({ truth, feed }: { readonly truth: ReadonlyMap<string, TruthEntry>; readonly feed: Feed }): ModelTape {
  const records: HistoryRecord[] = [];
  /** Cursor -> history that it belongs to: an epoch, or a branch of one that was restored without a new epoch. */
  const branches = new Map<string, string>();
  const withChild = new Set<string>();
  let isForked = false;
  let head: string | null = null;
  let labelled = 0;
  let time = 0;

  const add = (k: string, fields: Readonly<Record<string, unknown>>): void => void records.push({ k, t: ++time, ...fields });

  function branchOf(cursor: string): string {
    if (labelled < truth.size) [...truth.values()].slice(labelled).forEach(label);
    return branches.get(cursor) ?? 'none';
  }

  function label(entry: TruthEntry): void {
    labelled += 1;
    const { cursor, parent, epochNo } = entry;
    const isContinued = parent !== null && !withChild.has(parent);
    if (parent !== null && withChild.has(parent)) isForked = true;
    if (parent !== null) withChild.add(parent);
    branches.set(cursor, isContinued ? (branches.get(parent) ?? cursor) : `${epochNo}:${labelled}`);
  }

  const placeAt = (cursor: string) => ({ tenant: TENANT, epoch: branchOf(cursor), seq: seqOf(cursor) });

  function serverTape(): HistoryRecord[] {
    let known = '';
    return [...truth.values()].flatMap((entry): HistoryRecord[] => {
      const place = placeAt(entry.cursor);
      const changed = place.epoch === known ? [] : [{ k: 'S.epoch', t: 0, tenant: TENANT, epoch: place.epoch }];
      known = place.epoch;
      if (entry.seq === 0) return changed;
      // What nobody may see, or everybody refuses, still moves cursors; a restored log begins with the head of the one before.
      const isHidden = entry.parent === null || entry.isHostile || visibleChanges(entry, feed) === null;
      return [...changed, { k: 'S.event', t: 0, ...place, hash: entry.cursor, ...(isHidden ? { users: [] } : {}) }];
    });
  }

  /** The present epoch was restored under its own name: some of it doesn't lead to where the server is now. */
  function hasLostTail(): boolean {
    const present = truth.get(head ?? '')?.epochNo;
    const path = new Set<string>();
    for (let at = head; at !== null; at = truth.get(at)?.parent ?? null) path.add(at);
    return [...truth.values()].some(({ cursor, epochNo }) => epochNo === present && !path.has(cursor));
  }

  return {
    start: (tab) => add('P.start', { tab, inc: 1, tenant: TENANT, user: 'u' }),
    base(tab, cursor) {
      if (cursor !== null && truth.has(cursor)) add('P.base', { tab, inc: 1, ...placeAt(cursor), why: 'reset' });
    },
    deliver: (tab, event, isTrue) => add('P.deliver', { tab, inc: 1, ...placeAt(event.id), hash: isTrue ? event.id : 'another content' }),
    skipped: (tab, from, to) => add('P.skipped', { tab, inc: 1, from, to }),
    stop: (tab) => add('P.stop', { tab, inc: 1, how: 'closed' }),
    lead: (term) => add('H.leader', { device: DEVICE, id: String(term), term }),
    wrote: (term) => add('H.write', { device: DEVICE, term }),
    disk({ base, cursor, floor, events }) {
      head = cursor;
      if (cursor === null || !truth.has(cursor)) return;
      const { epoch, seq } = placeAt(cursor);
      const from = base === null ? 0 : seqOf(base);
      const expired = Array.from({ length: Math.max(0, floor - from) }, (_, at) => from + 1 + at);
      const kept = { cursor: { epoch, seq }, base: { epoch, seq: from }, events: events.map(seqOf), expired };
      add('D.snap', { tenant: TENANT, user: 'u', ...kept });
    },
    judge() {
      isForked ||= hasLostTail();
      const { violations } = judgeRecords([...serverTape(), ...records], { EPS: 0, minDelivers: 0 });
      // Where one epoch has two histories, none of them is the present one by its name alone: there the model's own rules judge the end.
      return violations.filter(({ rule }) => !isForked || (rule !== 'R2e' && rule !== 'R18'));
    },
  };
}

function seqOf(cursor: string): number {
  return parseCursor(cursor)?.seq ?? 0;
}
