// What a device holds and how it is connected: a cursor never ahead of its events (R6), nothing of somebody else (R11), one connection
// under one leader at a time (R12).
import { isObject, type Place } from './record.ts';
import { askedFrom, isAlive, isSameDevice, presentEpoch, seqOf, textIn, type Entry, type Stream, type Tapes } from './tapes.ts';
import type { Violation } from './violation.ts';

export function judgeDevices(tapes: Tapes): Violation[] {
  return [
    ...tapes.of('D.snap').flatMap((snap) => [...cursorAhead(snap, tapes), ...leftBehind(snap, tapes)]),
    ...tapes.streams.flatMap((stream) => askedTooFar(stream, tapes)),
    ...strangers(tapes),
    ...overlaps(tapes),
    ...terms(tapes),
  ];
}

const toPlace = (value: unknown): Place | null => (isObject(value) ? (value as unknown as Place) : null);

/** R6a and R6b. */
function cursorAhead({ raw, t }: Entry, tapes: Tapes): Violation[] {
  const cursor = toPlace(raw['cursor']);
  // Without anything of the server nothing can be said of its log.
  if (!cursor || tapes.of('S.epoch').length + tapes.of('S.event').length === 0) return [];
  const tenant = String(raw['tenant']);
  const where = `disk of ${tenant}/${String(raw['user'])}`;
  const log = tapes.log(tenant, cursor.epoch);
  if (!tapes.epochs(tenant).includes(cursor.epoch)) return [{ rule: 'R6', where, detail: `the server never had the epoch of cursor ${cursor.epoch}` }];
  const highest = Math.max(0, ...log.map(seqOf));
  const ahead: Violation[] =
    cursor.seq > highest ? [{ rule: 'R6', where, detail: `cursor ${cursor.epoch}_${cursor.seq} is ahead of the server (${highest})` }] : [];
  const base = toPlace(raw['base']);
  const from = base && base.epoch === cursor.epoch ? base.seq : -1;
  const kept = new Set([...(raw['events'] as number[]), ...((raw['expired'] as number[] | undefined) ?? [])]);
  const oldest = oldestServed(tapes, tenant, cursor.epoch, t);
  const lacking = log.filter((event) => {
    const seq = seqOf(event);
    return seq > from && seq <= cursor.seq && seq >= oldest && !kept.has(seq) && maySee(event, raw['user']);
  });
  return [...ahead, ...lacking.map((event): Violation => ({ rule: 'R6', where, detail: `${seqOf(event)} is missing below cursor ${cursor.seq}` }))];
}

function oldestServed(tapes: Tapes, tenant: string, epoch: string, t: number): number {
  const known = tapes.of('S.oldest').filter(({ raw, t: since }) => raw['tenant'] === tenant && raw['epoch'] === epoch && since <= t + tapes.cfg.EPS);
  return known.length === 0 ? -Infinity : seqOf(known[known.length - 1] as Entry);
}

/** `users` on an event names who may see it, where that isn't everybody. */
function maySee({ raw }: Entry, user: unknown): boolean {
  return !Array.isArray(raw['users']) || raw['users'].includes(user);
}

/** R6c: nobody goes on from a place that this device was never given. */
function askedTooFar(stream: Stream, tapes: Tapes): Violation[] {
  const asked = askedFrom(stream, tapes);
  const { open, device, tenant } = stream;
  if (!asked || asked.epoch !== presentEpoch(stream, tapes)) return [];
  const sent = tapes.streams
    .filter((other) => other.device === device && other.tenant === tenant)
    .flatMap(({ events }) => events)
    .concat(tapes.of('W.batch').filter(({ raw }) => raw['device'] === device && (raw['tenant'] ?? tenant) === tenant))
    .filter(({ at, raw }) => at < open.at && raw['epoch'] === asked.epoch);
  const bases = tapes.incarnations
    .filter((inc) => isSameDevice(inc.device, device))
    .flatMap(({ entries }) => entries.filter(({ k, raw }) => k === 'P.base' && raw['epoch'] === asked.epoch && (tenant === null || raw['tenant'] === tenant)));
  const most = Math.max(-Infinity, ...sent.map(seqOf), ...bases.map(seqOf));
  if (asked.seq <= most) return [];
  return [{ rule: 'R6', where: `stream ${stream.conn}`, detail: `asks from ${asked.seq}, but no more than ${most} was ever given to ${device}` }];
}

/** R11: a tab is told of its own tenant alone. */
function strangers({ incarnations }: Tapes): Violation[] {
  return incarnations.flatMap(({ where, tenant, entries }) =>
    entries
      .filter(({ k, raw }) => ['P.deliver', 'P.read', 'P.base'].includes(k) && raw['tenant'] !== undefined && tenant !== null && raw['tenant'] !== tenant)
      .map(({ k, raw }): Violation => ({ rule: 'R11', where, detail: `${k} of ${String(raw['tenant'])} in a page of ${tenant}` })),
  );
}

/** R11: what a log-out leaves on disk. */
function leftBehind(snap: Entry, { incarnations, cfg }: Tapes): Violation[] {
  const { tenant, user, events, outbox } = snap.raw;
  const theirs = incarnations.filter((inc) => inc.tenant === tenant && inc.user === user);
  const isLoggedOut = theirs.some(
    (gone) => gone.how === 'logout' && gone.endedAt <= snap.t && !theirs.some((other) => other !== gone && isAlive(other, gone.endedAt, snap.t)),
  );
  if (!isLoggedOut) return [];
  const where = `disk of ${String(tenant)}/${String(user)}`;
  const left: Violation[] = [];
  const count = (rows: unknown): number => (Array.isArray(rows) ? rows.length : 0);
  if (count(events) > 0 && !mayKeep(cfg.keepOnLogout, 'events'))
    left.push({ rule: 'R11', where, detail: `${count(events)} events are left after the log-out` });
  if (count(outbox) > 0 && !mayKeep(cfg.keepOnLogout, 'outbox'))
    left.push({ rule: 'R11', where, detail: `${count(outbox)} writes are left after the log-out` });
  return left;
}

function mayKeep(keep: Tapes['cfg']['keepOnLogout'], what: 'events' | 'outbox'): boolean {
  return keep === true || keep === what || (Array.isArray(keep) && keep.includes(what));
}

/** R12: two streams of one scope, for longer than a handover. */
function overlaps({ streams, cfg }: Tapes): Violation[] {
  return streams.flatMap((later, index) =>
    streams
      .slice(0, index)
      .filter((other) => other.scope === later.scope && Math.min(other.closedAt, later.closedAt) - later.open.t > cfg.HANDOVER)
      .map((other): Violation => ({ rule: 'R12', where: later.device, detail: `streams ${other.conn} and ${later.conn} were open at once` })),
  );
}

/** R12: leaders by rising terms, and no write of an older one. One leader may be reported more than once. */
function terms({ of }: Tapes): Violation[] {
  const scopeOf = ({ raw }: Entry): string => [raw['device'], raw['tenant'] ?? '', raw['user'] ?? ''].map(String).join(' ');
  const leaders = [...Map.groupBy(of('H.leader'), scopeOf)].flatMap(([where, rows]) =>
    falling(rows, (term, before, isSame) => (isSame ? term < before : term <= before)).map((entry): Violation => ({
      rule: 'R12',
      where,
      detail: `${textIn(entry, 'id') ?? String(entry.raw['id'])} leads with term ${String(entry.raw['term'])}, which isn't higher than the one before`,
    })),
  );
  const writes = [...Map.groupBy(of('H.write'), scopeOf)].flatMap(([where, rows]) =>
    falling(rows, (term, before) => term < before).map(({ raw }): Violation => ({
      rule: 'R12',
      where,
      detail: `a write with term ${String(raw['term'])} after a higher one`,
    })),
  );
  return [...leaders, ...writes];
}

function falling(rows: readonly Entry[], isWrong: (term: number, highest: number, isSame: boolean) => boolean): Entry[] {
  let highest = -Infinity;
  let id: unknown;
  return rows.filter(({ raw }) => {
    const term = Number(raw['term']);
    const found = highest !== -Infinity && isWrong(term, highest, raw['id'] !== undefined && raw['id'] === id && term === highest);
    if (term >= highest) id = raw['id'];
    highest = Math.max(highest, term);
    return found;
  });
}
