// What must happen in time: all agree at the end (R10), each fault is recovered from within its bound (R13), slow bytes are no silence (R13p).
import { boundOf, COUNTED_FROM_LOAD, faultOf } from './config.ts';
import { isAlive, isByClient, isSameDevice, isSameFault, matches, seqOf, type Entry, type Incarnation, type Stream, type Tapes } from './tapes.ts';
import type { Violation } from './violation.ts';

export function judgeLiveness(tapes: Tapes): Violation[] {
  return [...(tapes.cfg.end ? convergence(tapes) : []), ...tapes.of('N.end').flatMap((end) => recovery(end, tapes)), ...progress(tapes)];
}

interface Shown {
  readonly version: unknown;
  readonly hash: unknown;
}

/** R10. Only what a tab said after the last change can be held against it. */
function convergence(tapes: Tapes): Violation[] {
  const living = tapes.incarnations.filter(({ endedAt }) => endedAt === Infinity);
  const seen = new Map<string, Map<string, { inc: Incarnation; entry: Entry }>>();
  const violations = living.flatMap((inc) => {
    const quietAt = lastChange(inc.tenant, tapes);
    const reads = inc.entries.filter(({ k, at }) => k === 'P.read' && at > quietAt);
    const last = new Map(reads.map((entry) => [String(entry.raw['orderID']), entry]));
    return [...last].flatMap(([orderID, entry]) => {
      const key = JSON.stringify([inc.device, inc.tenant, inc.user, orderID]);
      seen.set(key, (seen.get(key) ?? new Map<string, { inc: Incarnation; entry: Entry }>()).set(inc.where, { inc, entry }));
      return [...differs(inc, orderID, entry, tapes), ...stillPending(inc, orderID, entry)];
    });
  });
  return [...violations, ...[...seen.values()].flatMap((readers) => disagree([...readers.values()], tapes)), ...fullOutboxes(living, tapes)];
}

/** Place of the last change that the server or a page of this tenant made. */
function lastChange(tenant: string | null, { of }: Tapes): number {
  const changes = ['S.event', 'S.apply', 'S.epoch', 'P.write'].flatMap((kind) => of(kind).filter(({ raw }) => raw['tenant'] === tenant));
  return changes.reduce((most, { at }) => Math.max(most, at), -1);
}

/** What the server has of an order: said as a document, or by the newest event about it in the present epoch. A filter by type may know the newest of its types only. */
function truthOf(inc: Incarnation, orderID: string, tapes: Tapes): Shown[] {
  const documents = tapes.of('S.doc').filter(({ raw }) => raw['tenant'] === inc.tenant);
  if (documents.length > 0)
    return documents
      .filter(({ raw }) => raw['orderID'] === orderID)
      .slice(-1)
      .map(({ raw }) => shownIn(raw));
  const epoch = tapes.epochs(inc.tenant).at(-1);
  const events = epoch === undefined ? [] : tapes.log(inc.tenant, epoch).filter(({ raw }) => raw['orderID'] === orderID && typeof raw['version'] === 'number');
  const newest = [events.at(-1), events.findLast((event) => matches(inc, event))];
  return newest.flatMap((event) => (event && events.some((one) => matches(inc, one)) ? [shownIn(event.raw)] : []));
}

const shownIn = (raw: Entry['raw']): Shown => ({ version: raw['version'] ?? null, hash: raw['hash'] ?? null });

function isSame(a: Shown, b: Shown): boolean {
  return a.version === b.version && (a.hash === null || b.hash === null || a.hash === b.hash);
}

function differs(inc: Incarnation, orderID: string, { raw }: Entry, tapes: Tapes): Violation[] {
  const truth = truthOf(inc, orderID, tapes);
  const shown = shownIn(raw);
  if (truth.length === 0 || truth.some((one) => isSame(one, shown))) return [];
  return [
    {
      rule: 'R10',
      where: inc.where,
      detail: `shows ${orderID} at ${String(shown.version)} (${String(shown.hash)}), the server has ${String(truth[0]?.version)} (${String(truth[0]?.hash)})`,
    },
  ];
}

function stillPending(inc: Incarnation, orderID: string, { raw }: Entry): Violation[] {
  const pending = Array.isArray(raw['pending']) ? raw['pending'] : [];
  return pending.length === 0 ? [] : [{ rule: 'R10', where: inc.where, detail: `${orderID} still waits for ${pending.join(', ')}` }];
}

/** Tabs of one device among themselves, where the server says nothing of the order. */
function disagree(readers: readonly { readonly inc: Incarnation; readonly entry: Entry }[], tapes: Tapes): Violation[] {
  const [first, ...others] = readers;
  if (!first) return [];
  const orderID = String(first.entry.raw['orderID']);
  if (truthOf(first.inc, orderID, tapes).length > 0) return [];
  const odd = others.filter(({ entry }) => !isSame(shownIn(entry.raw), shownIn(first.entry.raw)));
  return odd.map(({ inc }): Violation => ({ rule: 'R10', where: inc.where, detail: `shows ${orderID} otherwise than ${first.inc.where}` }));
}

function fullOutboxes(living: readonly Incarnation[], tapes: Tapes): Violation[] {
  return living.flatMap((inc) => {
    const snaps = tapes.of('D.snap').filter(({ raw, at }) => raw['tenant'] === inc.tenant && raw['user'] === inc.user && at > lastChange(inc.tenant, tapes));
    const outbox = snaps.at(-1)?.raw['outbox'];
    const isOpen = Array.isArray(outbox) && outbox.length > 0;
    return isOpen ? [{ rule: 'R10', where: inc.where, detail: `the outbox still holds ${outbox.join(', ')}` } as const] : [];
  });
}

/** R13: the first event after a fault's end is its probe, by tenant. */
function recovery(end: Entry, tapes: Tapes): Violation[] {
  const { cfg } = tapes;
  const fault = faultOf(end.raw);
  const start = tapes.of('N.start').findLast((one) => one.at < end.at && isSameFault(one, end));
  const bound = boundOf({ fault, args: { ...argsOf(start), ...argsOf(end) } }, cfg);
  if (bound === null) return [];
  const isFromLoad = COUNTED_FROM_LOAD.has(fault);
  return tapes.incarnations.flatMap((inc): Violation[] => {
    const probe = probeOf(inc, end, tapes);
    if (!probe || !(isFromLoad ? isFirstAfter(inc, start ?? end, tapes) : isAlive(inc, end.t))) return [];
    // A probe that wasn't published at once starts its own clock.
    const since = Math.max(probe.t > end.t + cfg.EPS ? probe.t : end.t, isFromLoad ? inc.startedAt : 0);
    const hadAt = deliveredAt(inc, probe, tapes);
    if (hadAt - since <= bound || inc.endedAt - since <= bound) return [];
    const took = hadAt === Infinity ? 'never' : `after ${Math.round(hadAt - since)} ms`;
    return [{ rule: 'R13', where: inc.where, detail: `${fault}: the probe ${seqOf(probe)} arrived ${took}, its bound is ${bound} ms` }];
  });
}

const argsOf = (entry: Entry | undefined): object => (typeof entry?.raw['args'] === 'object' && entry.raw['args'] !== null ? entry.raw['args'] : {});

/** The event that was published at once; one that came when the next fault had begun is that one's matter. */
function probeOf(inc: Incarnation, end: Entry, tapes: Tapes): Entry | undefined {
  const probe = tapes.of('S.event').find((event) => event.t >= end.t && matches(inc, event));
  return probe && tapes.of('N.start').some(({ t }) => t > end.t && t < probe.t) ? undefined : probe;
}

/** The first load of its tab since a kill. */
function isFirstAfter(inc: Incarnation, kill: Entry, { incarnations }: Tapes): boolean {
  const isLater = ({ startedAt }: Incarnation): boolean => startedAt >= kill.t;
  return isLater(inc) && !incarnations.some((other) => other.tab === inc.tab && isLater(other) && other.startedAt < inc.startedAt);
}

/** When a load had an event: told, refused, covered by a base, or lost with its epoch. */
function deliveredAt(inc: Incarnation, probe: Entry, tapes: Tapes): number {
  const { epoch, seq } = probe.raw;
  const order = tapes.epochs(inc.tenant);
  const isIt = ({ k, raw }: Entry): boolean => {
    if (k === 'P.base' && order.indexOf(String(raw['epoch'])) > order.indexOf(String(epoch))) return true;
    if (raw['epoch'] !== epoch) return false;
    return ((k === 'P.deliver' || k === 'P.reject') && raw['seq'] === seq) || (k === 'P.base' && Number(raw['seq']) >= Number(seq));
  };
  return inc.entries.find(isIt)?.t ?? Infinity;
}

/** R13p: in a window of slow bytes (N15) the client ends no stream that events still arrive on. */
function progress(tapes: Tapes): Violation[] {
  const windows = tapes.of('N.start').filter(({ raw }) => faultOf(raw) === 'N15');
  return windows.flatMap((start) => {
    const until = tapes.of('N.end').find((end) => end.at > start.at && isSameFault(start, end))?.t ?? Infinity;
    return tapes.streams
      .filter((stream) => stream.closedAt > start.t && stream.closedAt <= until && isByClient(stream.how))
      .filter((stream) => isFed(stream, start.t, tapes) && isWanted(stream, tapes))
      .map((stream): Violation => ({ rule: 'R13p', where: stream.device, detail: `stream ${stream.conn} was given up while events arrived on it` }));
  });
}

/** No pause up to its end was longer than silence may be. */
function isFed({ bytesAt, closedAt }: Stream, from: number, { cfg }: Tapes): boolean {
  const moments = [...bytesAt, closedAt];
  return moments.every((t, index) => index === 0 || t < from || t - (moments[index - 1] ?? t) <= cfg.HB_DEAD);
}

/** Some page lived on: nobody closed it by leaving. A history without pages says nothing about that. */
function isWanted({ device, closedAt }: Stream, { incarnations, cfg }: Tapes): boolean {
  const theirs = incarnations.filter((inc) => isSameDevice(inc.device, device));
  return theirs.length === 0 || theirs.some((inc) => isAlive(inc, closedAt + cfg.EPS));
}
