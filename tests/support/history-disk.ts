// L1, commit then publish: nothing was told that isn't kept. Judged from the disk, and from the cursor with which a new engine asks the
// server. And our log on disk itself: each event once, in order, none beyond the cursor.
import { EPS, type Violation } from './verdict.ts';
import type { DiskSnap, PageRecord } from './tape.ts';
import type { WireRecord } from './fault-proxy.ts';

type Open = Extract<WireRecord, { k: 'W.open' }>;

export interface KeptTapes {
  readonly pages: readonly PageRecord[];
  readonly disk?: readonly DiskSnap[];
  readonly wire?: readonly WireRecord[];
}

export function checkKept({ disk = [], wire = [], pages }: KeptTapes): Violation[] {
  const opens = wire.filter((record): record is Open => record.k === 'W.open');
  return [...disk.flatMap((snap) => [...checkRows(snap), ...checkTold(snap, pages)]), ...opens.flatMap((open) => checkAsked(open, wire, pages))];
}

function checkRows({ cursor, events }: DiskSnap): Violation[] {
  if (!cursor) return events.length === 0 ? [] : [{ rule: 'R6', where: 'disk', detail: `${events.length} events without a cursor` }];
  const disorder = events.filter((seq, at) => seq <= (events[at - 1] ?? 0));
  const beyond = events.filter((seq) => seq > cursor.seq);
  return [
    ...disorder.map((seq): Violation => ({ rule: 'R3', where: 'disk', detail: `${seq} is stored twice or out of order` })),
    ...beyond.map((seq): Violation => ({ rule: 'R6', where: 'disk', detail: `${seq} lies beyond cursor ${cursor.seq}` })),
  ];
}

/** What any page of this user was told before the disk was read lies below the disk's cursor. */
function checkTold({ t, tenant, user, cursor }: DiskSnap, pages: readonly PageRecord[]): Violation[] {
  const told = highestTold(pages, ({ tenant: theirs, user: whose }) => theirs === tenant && whose === user, cursor?.epoch, t);
  if (!cursor || told <= cursor.seq) return [];
  return [{ rule: 'L1', where: 'disk', detail: `a page was told of ${told}, the disk ends at ${cursor.seq}` }];
}

/** By the wire: a new engine asks from the committed cursor. Where another stream of the device is open (rotate), it says nothing. */
function checkAsked(open: Open, wire: readonly WireRecord[], pages: readonly PageRecord[]): Violation[] {
  const asked = parsePlace(open.lastEventId);
  if (!asked || isOther(open, wire)) return [];
  const told = highestTold(pages, ({ tenant }) => tenant === open.tenant, asked.epoch, open.t - EPS);
  if (told <= asked.seq) return [];
  return [{ rule: 'L1', where: `stream ${open.conn}`, detail: `asks from ${asked.seq} although pages were told of ${told}` }];
}

function isOther(open: Open, wire: readonly WireRecord[]): boolean {
  const closed = new Map(wire.flatMap((record) => (record.k === 'W.close' ? [[record.conn, record.t]] : [])));
  return wire.some(
    (record) => record.k === 'W.open' && record.conn < open.conn && record.device === open.device && (closed.get(record.conn) ?? Infinity) > open.t - EPS,
  );
}

/** Highest seq of an epoch that a page which passes `isOurs` was told before `t`; what was told as not durable is left out. */
function highestTold(pages: readonly PageRecord[], isOurs: (start: PageRecord) => boolean, epoch: string | undefined, t: number): number {
  const ours = new Set(pages.filter((record) => record.k === 'P.start' && isOurs(record)).map(({ tab, inc }) => `${tab}#${inc}`));
  const told = pages.filter(
    (record) => record.k === 'P.deliver' && record.epoch === epoch && record.t < t && record['durable'] !== false && ours.has(`${record.tab}#${record.inc}`),
  );
  return told.reduce((most, { seq = 0 }) => Math.max(most, seq), 0);
}

export function parsePlace(cursor: string | null): { epoch: string; seq: number } | null {
  const match = /^([A-Za-z0-9-]+)_(\d+)_/.exec(cursor ?? '');
  return match ? { epoch: match[1] ?? '', seq: Number(match[2]) } : null;
}
