// Judges a simulated run while it happens, by what only the model can see: places in runs, commits, and the disk after every step. It knows
// what the server ever said, what was committed, and what each page was told; it knows nothing of the product's code. What it witnesses also goes
// on a tape, and at the end the judge of all histories (tests/support/history) has the last word.
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import type { StoredDocument } from '../../src/core/document.ts';
import type { CommitBatch, LogMeta, LogPage, LogReader, Position } from '../../src/store/contract.ts';
import { visibleChanges, type Feed, type TruthEntry } from '../support/fake-server.ts';
import type { Rule as OracleRule } from '../support/history/violation.ts';
import { createModelTape } from './model-tape.ts';

/** The oracle's names; LAW1 = commit, then publish (docs/architecture.md), R10 = convergence at the end. */
export type Rule = OracleRule | 'LAW1';

export interface Violation {
  readonly rule: Rule;
  readonly where: string;
  readonly detail: string;
}

/** One run as it was committed: where it began, where it stands, and the cursor of each place in it. */
interface RunRecord {
  readonly base: string | null;
  last: string | null;
  readonly places: Map<number, string | null>;
}

export interface PageWitness {
  reset(through: Position): void;
  skipped(from: number, to: number): void;
  deliver(events: readonly SyncEvent[], through: Position): void;
  /** A collection was read from disk at a place of `run`. */
  loaded(collection: string, run: string): void;
  shows(collection: string, documents: ReadonlyMap<string, StoredDocument>): void;
  /** The page is gone. */
  ended(): void;
}

export interface HistoryChecker {
  readonly violations: readonly Violation[];
  report(rule: Rule, where: string, detail: string): void;
  claimed(meta: LogMeta): void;
  committed(batch: CommitBatch, meta: LogMeta): void;
  restarted(meta: LogMeta): void;
  swept(meta: LogMeta): void;
  page(name: string): PageWitness;
  /** Reads what is on disk since the last call and holds it against what the cursor claims. */
  verifyDisk(reader: LogReader): Promise<void>;
  /** The whole log of the present run. */
  verifyWholeDisk(reader: LogReader): Promise<void>;
  /** The end of the run: its tape goes to the judge of all histories. */
  judgeTape(): void;
}

export function createHistoryChecker({ truth, feed }: { readonly truth: ReadonlyMap<string, TruthEntry>; readonly feed: Feed }): HistoryChecker {
  const violations: Violation[] = [];
  const tape = createModelTape({ truth, feed });
  /** A page that comes before any engine stands at the beginning of no run. */
  const runs = new Map<string, RunRecord>([['', { base: null, last: null, places: new Map([[0, null]]) }]]);
  let highestTerm = 0;
  let isDirty = false;
  let verified: Position | null = null;

  const report = (rule: Rule, where: string, detail: string): void => void violations.push({ rule, where, detail });

  function fence(term: number, what: string): void {
    if (term < highestTerm) report('R12', 'disk', `${what} with term ${term} after ${highestTerm}`);
    tape.wrote(term);
    highestTerm = Math.max(highestTerm, term);
  }

  /** Entries after `from` up to `to` in one history; null when `to` does not descend from `from`. */
  function pathBetween(from: string | null, to: string | null): TruthEntry[] | null {
    const path: TruthEntry[] = [];
    for (let at = to; at !== from;) {
      const entry = at === null ? undefined : truth.get(at);
      if (!entry) return null;
      path.push(entry);
      at = entry.parent;
    }
    return path.toReversed();
  }

  const expectedOf = (path: readonly TruthEntry[]): TruthEntry[] =>
    path.filter((entry) => !entry.isHostile && entry.seq > 0 && visibleChanges(entry, feed) !== null);

  function committed(batch: CommitBatch, meta: LogMeta): void {
    fence(batch.term, 'a commit');
    isDirty = true;
    const run = runs.get(meta.run);
    if (!run) return report('R6', 'disk', `a commit into run ${meta.run}, which never began`);
    if (!truth.has(batch.cursor)) return report('R1', 'disk', `cursor ${batch.cursor} was never given`);
    if (!pathBetween(run.last, batch.cursor)) report('R18', 'disk', `${batch.cursor} does not follow ${run.last} in any history`);
    run.last = batch.cursor;
    for (const event of batch.events) run.places.set(seqOf(event.id), event.id);
    run.places.set(seqOf(batch.cursor), batch.cursor);
  }

  function begin(meta: LogMeta): void {
    if (runs.has(meta.run)) return;
    runs.set(meta.run, { base: meta.cursor, last: meta.cursor, places: new Map([[seqOf(meta.cursor), meta.cursor]]) });
  }

  function compare(where: string, expected: readonly TruthEntry[], events: readonly SyncEvent[], missing: Rule): void {
    const wanted = new Map(expected.map((entry) => [entry.cursor, entry]));
    let last = -1;
    const seen = new Set<string>();
    for (const event of events) {
      const entry = wanted.get(event.id);
      const seq = seqOf(event.id);
      if (seen.has(event.id)) report('R3', where, `${event.id} twice`);
      else if (seq <= last) report('R4', where, `${event.id} after ${last}`);
      else if (!entry) report(truth.has(event.id) ? 'R4' : 'R1', where, `${event.id} does not belong here`);
      else if (!isSame(entry, event, feed)) report('R1', where, `${event.id} is not what the server said`);
      seen.add(event.id);
      last = seq;
    }
    for (const entry of expected) if (!seen.has(entry.cursor)) report(missing, where, `${entry.cursor} is missing`);
  }

  function page(name: string): PageWitness {
    let run: string | null = null;
    let last: string | null = null;
    let lastSeq = 0;
    let skippedTo = 0;
    let epochNo = 0;
    const versions = new Map<string, Map<string, number>>();
    const loadedFrom = new Map<string, string>();
    const shown = new Map<string, ReadonlyMap<string, StoredDocument>>();
    tape.start(name);

    /** The cursor of a place that a page claims to have reached; it must be on disk already. */
    function placeOf(through: Position): string | null | undefined {
      const place = runs.get(through.run)?.places.get(through.seq);
      if (place === undefined) report('LAW1', name, `reached ${through.run}:${through.seq}, which was never committed`);
      const reached = place ? (truth.get(place)?.epochNo ?? 0) : 0;
      if (reached > 0 && reached < epochNo) report('R18', name, `${place} is of an older epoch than what was seen before`);
      epochNo = Math.max(epochNo, reached);
      return place;
    }

    return {
      reset(through) {
        last = placeOf(through) ?? null;
        tape.base(name, last);
        run = through.run;
        lastSeq = through.seq;
        skippedTo = 0;
      },
      skipped(from, to) {
        if (from !== lastSeq + 1) report('R2', name, `told that ${from} to ${to} are skipped, standing at ${lastSeq}`);
        skippedTo = to;
        tape.skipped(name, from, to);
      },
      deliver(events, through) {
        for (const event of events) tape.deliver(name, event, isTold(event));
        if (through.run !== run) return report('R18', name, `delivered events of run ${through.run} within run ${run}`);
        if (through.seq < lastSeq) return report('R4', name, `went back from ${lastSeq} to ${through.seq}`);
        const place = placeOf(through);
        if (place === undefined) return;
        const path = pathBetween(last, place);
        if (!path) return report('R18', name, `${place} does not follow ${last} in any history`);
        compare(
          name,
          expectedOf(path).filter((entry) => entry.seq > skippedTo),
          events,
          'R2',
        );
        last = place;
        lastSeq = through.seq;
      },
      loaded(collection, from) {
        if (loadedFrom.get(collection) !== from) versions.delete(collection);
        loadedFrom.set(collection, from);
      },
      shows(collection, documents) {
        // Between the answer of a read and what the page makes of it the page still shows what it showed before.
        if (shown.get(collection) === documents) return;
        shown.set(collection, documents);
        const before = versions.get(collection) ?? new Map<string, number>();
        versions.set(collection, before);
        for (const { id, version } of documents.values()) {
          const known = before.get(id) ?? -1;
          if (version < known) report('R5', name, `${collection}/${id} fell from version ${known} to ${version}`);
          before.set(id, version);
        }
      },
      ended: () => tape.stop(name),
    };
  }

  function isTold(event: SyncEvent): boolean {
    const entry = truth.get(event.id);
    return entry !== undefined && isSame(entry, event, feed);
  }

  function verifyPage(page: LogPage, from: Position): void {
    const run = runs.get(page.meta.run);
    if (!run) return report('R6', 'disk', `run ${page.meta.run} is on disk and never began`);
    const end = page.hasMore ? page.through.seq : seqOf(page.meta.cursor);
    const path = pathBetween(run.places.get(from.seq) ?? null, run.places.get(end) ?? null);
    if (!path) return report('R18', 'disk', `two histories between ${from.seq} and ${end}`);
    const kept = expectedOf(path).filter((entry) => entry.seq > page.meta.floor);
    compare('disk', kept, page.events, 'R6');
  }

  async function verifyFrom(reader: LogReader, start: Position | null): Promise<void> {
    let from = start;
    const kept: string[] = [];
    for (let more = true; more;) {
      const page = await reader.read(from);
      if (page.meta.cursor === null) return;
      if (page.reset || !from) {
        const base = runs.get(page.meta.run)?.base ?? null;
        from = { run: page.meta.run, seq: seqOf(base) };
        continue;
      }
      verifyPage(page, from);
      kept.push(...page.events.map(({ id }) => id));
      from = page.through;
      more = page.hasMore;
      const { run, cursor, floor } = page.meta;
      if (start === null && !more) tape.disk({ base: runs.get(run)?.base ?? null, cursor, floor, events: kept });
    }
    verified = from;
  }

  return {
    violations,
    report,
    claimed(meta) {
      fence(meta.term, 'a claim');
      tape.lead(meta.term);
      begin(meta);
    },
    committed,
    restarted(meta) {
      fence(meta.term, 'a reset');
      isDirty = true;
      if (meta.cursor !== null && !truth.has(meta.cursor)) report('R1', 'disk', `snapshot at ${meta.cursor}, which was never given`);
      begin(meta);
    },
    swept: (meta) => fence(meta.term, 'a sweep'),
    page,
    async verifyDisk(reader) {
      if (!isDirty) return;
      isDirty = false;
      await verifyFrom(reader, verified);
    },
    verifyWholeDisk: (reader) => verifyFrom(reader, null),
    judgeTape: () => tape.judge().forEach(({ rule, where, detail }) => report(rule, where, detail)),
  };
}

function isSame(entry: TruthEntry, event: SyncEvent, feed: Feed): boolean {
  return (
    event.eventType === entry.eventType && event.data['n'] === entry.data['n'] && JSON.stringify(event.changes) === JSON.stringify(visibleChanges(entry, feed))
  );
}

function seqOf(cursor: string | null): number {
  return parseCursor(cursor)?.seq ?? 0;
}
