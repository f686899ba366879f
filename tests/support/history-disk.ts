// The disk's part of the judgement: the cursor never ahead of the events (R6), and nothing told that isn't kept (L1, the first law:
// commit, then publish). Judged from D.snap, and from the cursor with which a new engine asks the server.
import { EPS, type Violation } from './verdict.ts';
import type { DiskSnap, History, PageRecord, ServerEvent } from './tape.ts';
import type { WireRecord } from './fault-proxy.ts';

type Open = Extract<WireRecord, { k: 'W.open' }>;

export function checkDisk({ disk = [], wire = [], server, pages }: History): Violation[] {
  const opens = wire.filter((record): record is Open => record.k === 'W.open');
  return [
    ...disk.flatMap((snap) => [...checkCursor(snap, server), ...checkRows(snap, server), ...checkKept(snap, pages)]),
    ...opens.flatMap((open) => [...checkAsked(open, wire, pages), ...checkAskedAgain(open, wire, pages)]),
  ];
}

/** R6a: a cursor that the server gave. */
function checkCursor({ tenant, cursor }: DiskSnap, server: readonly ServerEvent[]): Violation[] {
  if (!cursor) return [];
  const ofEpoch = server.filter((event) => event.tenant === tenant && event.epoch === cursor.epoch);
  const highest = ofEpoch.reduce((most, { seq }) => Math.max(most, seq), 0);
  if (cursor.seq <= highest) return [];
  return [{ rule: 'R6', where: 'disk', detail: `cursor ${cursor.epoch}_${cursor.seq} is ahead of the server (${highest})` }];
}

/** R6b: every event between base and cursor lies there, once, in order, and none beyond. */
function checkRows({ tenant, cursor, base, floor, events }: DiskSnap, server: readonly ServerEvent[]): Violation[] {
  if (!cursor) return events.length === 0 ? [] : [{ rule: 'R6', where: 'disk', detail: `${events.length} events without a cursor` }];
  const from = Math.max(base?.seq ?? 0, floor);
  const have = new Set(events);
  const missing = server.filter(
    (event) => event.tenant === tenant && event.epoch === cursor.epoch && event.seq > from && event.seq <= cursor.seq && !have.has(event.seq),
  );
  const disorder = events.filter((seq, at) => seq <= (events[at - 1] ?? 0));
  const beyond = events.filter((seq) => seq > cursor.seq);
  return [
    ...missing.map(({ seq }): Violation => ({ rule: 'R6', where: 'disk', detail: `${seq} is missing below cursor ${cursor.seq}` })),
    ...disorder.map((seq): Violation => ({ rule: 'R3', where: 'disk', detail: `${seq} is stored twice or out of order` })),
    ...beyond.map((seq): Violation => ({ rule: 'R6', where: 'disk', detail: `${seq} lies beyond cursor ${cursor.seq}` })),
  ];
}

/** L1: what any page of this user was told before the disk was read lies below the disk's cursor. */
function checkKept({ t, tenant, user, cursor }: DiskSnap, pages: readonly PageRecord[]): Violation[] {
  const told = highestTold(pages, ({ tenant: theirs, user: whose }) => theirs === tenant && whose === user, cursor?.epoch, t);
  if (!cursor || told <= cursor.seq) return [];
  return [{ rule: 'L1', where: 'disk', detail: `a page was told of ${told}, the disk ends at ${cursor.seq}` }];
}

/** L1 by the wire: a new engine asks from the committed cursor. Where another stream of the device is open (rotate), it says nothing. */
function checkAsked(open: Open, wire: readonly WireRecord[], pages: readonly PageRecord[]): Violation[] {
  const asked = parsePlace(open.lastEventId);
  if (!asked || isOther(open, wire)) return [];
  const told = highestTold(pages, ({ tenant }) => tenant === open.tenant, asked.epoch, open.t - EPS);
  if (told <= asked.seq) return [];
  return [{ rule: 'L1', where: `stream ${open.conn}`, detail: `asks from ${asked.seq} although pages were told of ${told}` }];
}

/** R6c: nobody asks from a place that was never sent to this device, nor was a snapshot's. */
function checkAskedAgain(open: Open, wire: readonly WireRecord[], pages: readonly PageRecord[]): Violation[] {
  const asked = parsePlace(open.lastEventId);
  if (!asked) return [];
  const devices = new Map(wire.flatMap((record) => (record.k === 'W.open' ? [[record.conn, record.device]] : [])));
  const sent = wire.filter(
    (record) => record.k === 'W.event' && record.t <= open.t + EPS && record.epoch === asked.epoch && devices.get(record.conn) === open.device,
  );
  const bases = pages.filter(({ k, tenant, epoch }) => k === 'P.base' && tenant === open.tenant && epoch === asked.epoch);
  const most = Math.max(0, ...sent.map((record) => (record.k === 'W.event' ? record.seq : 0)), ...bases.map(({ seq = 0 }) => seq));
  if (asked.seq <= most || bases.length === 0) return [];
  return [{ rule: 'R6', where: `stream ${open.conn}`, detail: `asks from ${asked.seq}, but no more than ${most} was ever sent` }];
}

function isOther(open: Open, wire: readonly WireRecord[]): boolean {
  const closed = new Map(wire.flatMap((record) => (record.k === 'W.close' ? [[record.conn, record.t]] : [])));
  return wire.some(
    (record) => record.k === 'W.open' && record.conn < open.conn && record.device === open.device && (closed.get(record.conn) ?? Infinity) > open.t - EPS,
  );
}

/** Highest seq of an epoch that a page which passes `isOurs` was told before `t`. */
function highestTold(pages: readonly PageRecord[], isOurs: (start: PageRecord) => boolean, epoch: string | undefined, t: number): number {
  const ours = new Set(pages.filter((record) => record.k === 'P.start' && isOurs(record)).map(({ tab, inc }) => `${tab}#${inc}`));
  const told = pages.filter((record) => record.k === 'P.deliver' && record.epoch === epoch && record.t < t && ours.has(`${record.tab}#${record.inc}`));
  return told.reduce((most, { seq = 0 }) => Math.max(most, seq), 0);
}

export function parsePlace(cursor: string | null): { epoch: string; seq: number } | null {
  const match = /^([A-Za-z0-9-]+)_(\d+)_/.exec(cursor ?? '');
  return match ? { epoch: match[1] ?? '', seq: Number(match[2]) } : null;
}
