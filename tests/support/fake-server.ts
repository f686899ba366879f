// A server that keeps the cursor contract (docs/protocol.md) in memory, for tests: per-tenant log with epoch, seq and chained check, retention
// floor, snapshot, filtered roles, and every reason for a resync. It can be restored from a backup, as servers are, and remembers everything
// that it ever said: `truth` holds each event of each history under its cursor. It must never be asked by product code.
import { formatCursor, parseCursor } from '../../src/protocol/cursor.ts';
import type { Change, ResyncReason, WireMessage } from '../../src/protocol/event.ts';
import type { Snapshot, VersionedDocument } from '../../src/protocol/http.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { documentKey } from '../../src/core/document.ts';

/** One event of one history, or the place before its first event (`parent` null). */
export interface TruthEntry {
  readonly cursor: string;
  readonly parent: string | null;
  readonly seq: number;
  /** Epochs in the order in which they began: a reader must never go back. */
  readonly epochNo: number;
  readonly eventType: string;
  readonly data: JsonObject;
  readonly changes: readonly Change[];
  /** Readers refuse it; it moves their cursor all the same. */
  readonly isHostile: boolean;
  readonly timestamp: string;
}

export interface FakeDocument {
  readonly version: number;
  readonly doc: JsonObject | null;
}

/** Collections that a reader may see; null = all. */
export type Feed = readonly string[] | null;

export interface ServerStream {
  /** The next message of this stream; null when there is nothing to send yet. */
  next(): WireMessage | null;
  heartbeat(): WireMessage;
  /** Moves the reader over what it can't see; null when it is level already. */
  checkpoint(): WireMessage | null;
}

export interface FakeTenant {
  readonly truth: ReadonlyMap<string, TruthEntry>;
  head(): TruthEntry;
  /** Log of the present history from its floor on. */
  documents(): ReadonlyMap<string, FakeDocument>;
  /** One event; `changes` name the new versions. Documents follow in the same step. */
  append(write: Omit<Write, 'n'>): TruthEntry;
  /** Somebody changed a document behind the log's back: the next patch has no predecessor at the readers. */
  bumpSilently(collection: string, id: string): void;
  /** Retention: what lies at or below `seq` is no longer served. */
  expire(seq: number): void;
  /** An older copy of the log takes its place; the same epoch is an operator's error, which `check` finds. */
  restore(keepSeq: number, epoch: 'same' | 'new'): void;
  /** Why a reader can't go on from this cursor; null when it can. */
  judge(cursor: string): ResyncReason | null;
  open(cursor: string, feed: Feed): ServerStream;
  snapshot(feed: Feed, ids: readonly string[] | null): Snapshot;
}

interface Write {
  readonly n: number;
  readonly collection: string;
  readonly id: string;
  readonly kind: 'doc' | 'patch' | 'delete' | 'hostile' | 'notice';
  readonly now: number;
}

export interface FakeServer {
  tenant(name: string): FakeTenant;
}

export function createFakeServer(now: () => number): FakeServer {
  const tenants = new Map<string, FakeTenant>();
  const isForeign = (cursor: string, own: string): boolean => [...tenants].some(([name, tenant]) => name !== own && tenant.truth.has(cursor));
  return {
    tenant(name) {
      const known = tenants.get(name) ?? createTenant(name, now, (cursor) => isForeign(cursor, name));
      tenants.set(name, known);
      return known;
    },
  };
}

/** What a write makes of a document: its change, and the document after it. `n` makes each one unlike every other. */
function makeWrite({ n, collection, id, kind }: Omit<Write, 'now'>, before: FakeDocument | undefined): { changes: Change[]; after: FakeDocument | null } {
  const version = (before?.version ?? 0) + 1;
  if (kind === 'hostile' || kind === 'notice') return { changes: [], after: null };
  if (kind === 'delete') return { changes: [{ collection, id, version, doc: null }], after: { version, doc: null } };
  if (kind === 'patch' && before?.doc) {
    const patch = { [`f${n % 3}`]: n };
    return { changes: [{ collection, id, version, patch }], after: { version, doc: { ...before.doc, ...patch } } };
  }
  const doc = { f0: n, at: collection };
  return { changes: [{ collection, id, version, doc }], after: { version, doc } };
}

function createTenant(tenant: string, now: () => number, isForeign: (cursor: string) => boolean): FakeTenant {
  const truth = new Map<string, TruthEntry>();
  let epochNo = 1;
  let floor = 0;
  let writes = 0;
  let log: TruthEntry[] = [];
  let documents = new Map<string, FakeDocument>();
  /** Documents after each entry, so that an old copy can be put back. */
  const pictures = new Map<string, ReadonlyMap<string, FakeDocument>>();
  let base = remember({
    cursor: formatCursor(epochName(), 0, checkOf('', tenant)),
    parent: null,
    seq: 0,
    epochNo,
    eventType: '',
    data: {},
    changes: [],
    isHostile: false,
    timestamp: iso(now()),
  });

  function epochName(): string {
    return `e${epochNo}`;
  }

  function remember(entry: TruthEntry): TruthEntry {
    truth.set(entry.cursor, entry);
    pictures.set(entry.cursor, new Map(documents));
    return entry;
  }

  const head = (): TruthEntry => log.at(-1) ?? base;
  const at = (seq: number): TruthEntry | undefined => (seq === base.seq ? base : log[seq - base.seq - 1]);

  function append(write: Omit<Write, 'n'>): TruthEntry {
    const n = ++writes;
    const key = documentKey(write.collection, write.id);
    const { changes, after } = makeWrite({ ...write, n }, documents.get(key));
    if (after) documents.set(key, after);
    const { cursor: parent, seq } = head();
    const text = JSON.stringify([n, changes]);
    const cursor = formatCursor(epochName(), seq + 1, checkOf(parseCursor(parent)?.check ?? '', text));
    const eventType = write.kind === 'hostile' ? 'bad' : `${write.collection}_updated`;
    const entry: TruthEntry = {
      cursor,
      parent,
      seq: seq + 1,
      epochNo,
      eventType,
      data: { n },
      changes,
      isHostile: write.kind === 'hostile',
      timestamp: iso(write.now),
    };
    log.push(entry);
    return remember(entry);
  }

  function restore(keepSeq: number, epoch: 'same' | 'new'): void {
    const keep = at(Math.max(base.seq, Math.min(keepSeq, head().seq))) ?? base;
    documents = new Map(pictures.get(keep.cursor));
    if (epoch === 'same') {
      log = log.slice(0, keep.seq - base.seq);
      floor = Math.min(floor, keep.seq);
      return;
    }
    epochNo += 1;
    log = [];
    floor = keep.seq;
    base = remember({ ...keep, cursor: formatCursor(epochName(), keep.seq, checkOf('', `${tenant}${epochNo}`)), parent: null, epochNo });
  }

  function judge(text: string): ResyncReason | null {
    const cursor = parseCursor(text);
    if (!cursor) return 'unknown';
    if (isForeign(text)) return 'tenant';
    if (cursor.epoch !== epochName()) return 'unknown';
    if (cursor.seq > head().seq) return 'ahead';
    if (cursor.seq < floor) return 'expired';
    return at(cursor.seq)?.cursor === text ? null : 'forked';
  }

  function open(cursor: string, feed: Feed): ServerStream {
    let lastSent = cursor;
    let position = parseCursor(cursor)?.seq ?? 0;
    return {
      next() {
        for (let entry = at(position + 1); entry; entry = at(position + 1)) {
          position = entry.seq;
          const message = toWire(entry, lastSent, feed, tenant);
          if (!message) continue;
          lastSent = entry.cursor;
          return message;
        }
        return null;
      },
      heartbeat: () => ({ type: 'heartbeat', id: null, data: JSON.stringify({ cursor: lastSent, serverTime: iso(now()) }) }),
      checkpoint() {
        const here = at(position);
        if (!here || here.cursor === lastSent) return null;
        const prev = lastSent;
        lastSent = here.cursor;
        return { type: 'checkpoint', id: here.cursor, data: JSON.stringify({ prev, id: here.cursor }) };
      },
    };
  }

  function snapshot(feed: Feed, ids: readonly string[] | null): Snapshot {
    const rows = [...documents].flatMap(([key, { version, doc }]): VersionedDocument[] => {
      const [collection = '', id = ''] = key.split('/');
      return doc && sees(feed, collection) ? [{ collection, id, version, doc }] : [];
    });
    const wanted = ids?.map((text) => ({ collection: text.split(':')[0] ?? '', id: text.split(':')[1] ?? '' })) ?? null;
    const picked = wanted ? rows.filter((row) => wanted.some(({ collection, id }) => row.collection === collection && row.id === id)) : rows;
    const missing = wanted?.filter(({ collection, id }) => !picked.some((row) => row.collection === collection && row.id === id)) ?? [];
    return { cursor: head().cursor, serverTime: iso(now()), documents: picked, missing };
  }

  return {
    truth,
    head,
    documents: () => documents,
    append,
    bumpSilently(collection, id) {
      const known = documents.get(documentKey(collection, id));
      if (known?.doc) documents.set(documentKey(collection, id), { version: known.version + 1, doc: { ...known.doc, bumped: ++writes } });
    },
    expire: (seq) => void (floor = Math.max(floor, Math.min(seq, head().seq))),
    restore,
    judge,
    open,
    snapshot,
  };
}

export function sees(feed: Feed, collection: string): boolean {
  return feed === null || feed.includes(collection);
}

/** The changes of an entry that a feed carries; null when the whole event is not for it. */
export function visibleChanges(entry: TruthEntry, feed: Feed): readonly Change[] | null {
  if (entry.changes.length === 0) return entry.changes;
  const changes = entry.changes.filter((change) => sees(feed, change.collection));
  return changes.length > 0 ? changes : null;
}

function toWire(entry: TruthEntry, prev: string, feed: Feed, tenant: string): WireMessage | null {
  const changes = visibleChanges(entry, feed);
  if (!changes) return null;
  const { cursor: id, eventType, data, timestamp } = entry;
  const event = { id, prev, eventType, data, orderID: null, timestamp, tenant, actor: null, mutationId: null, changes };
  // Refused for its type; its place stays readable.
  const body = entry.isHostile ? { ...event, data: '<img src=x>' } : event;
  return { type: eventType, id, data: JSON.stringify(body) };
}

/** FNV-1a over the check before and the stored bytes: tells histories apart as well as SHA-256 does here, at a tenth of the time. */
function checkOf(before: string, text: string): string {
  let hash = 0x811c_9dc5;
  for (const letter of before + text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x0100_0193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
