// A history taken apart once: loads of tabs with their segments, the server's log by epoch, streams of devices. Rules read it; it judges nothing.
import { faultOf, type HistoryConfig } from './config.ts';
import { isObject, placeOf, type HistoryRecord, type Place } from './record.ts';

/** A record with its fields as rules use them; `at` is its place in the order of the whole history. */
export interface Entry {
  readonly at: number;
  readonly t: number;
  readonly k: string;
  readonly raw: HistoryRecord;
}

/** What a load of a tab was told between two bases. */
export interface Segment {
  readonly base: Entry | null;
  readonly delivers: readonly Entry[];
  readonly rejects: readonly Entry[];
  /** Announced as passed over. */
  readonly skips: readonly Entry[];
}

/** One load of a tab. It ends at its P.stop or at the tab's next P.start. */
export interface Incarnation {
  readonly where: string;
  readonly tab: string;
  readonly device: string;
  readonly tenant: string | null;
  readonly user: string | null;
  readonly filter: { readonly orderIDs?: readonly string[]; readonly types?: readonly string[] };
  readonly startedAt: number;
  /** Infinity = alive at the end of the history. */
  readonly endedAt: number;
  readonly how: string | null;
  readonly entries: readonly Entry[];
  readonly segments: readonly Segment[];
}

/** A stream on the wire. */
export interface Stream {
  readonly conn: string;
  readonly device: string;
  readonly tenant: string | null;
  readonly scope: string;
  readonly open: Entry;
  readonly closedAt: number;
  readonly how: string | null;
  /** Moments at which bytes came, the opening among them. */
  readonly bytesAt: readonly number[];
  readonly events: readonly Entry[];
}

export interface Tapes {
  readonly cfg: HistoryConfig;
  readonly entries: readonly Entry[];
  readonly lastAt: number;
  of(kind: string): readonly Entry[];
  readonly incarnations: readonly Incarnation[];
  readonly streams: readonly Stream[];
  /** The server's events of a tenant and epoch, by seq. */
  log(tenant: string | null, epoch: string): readonly Entry[];
  /** Those of one place: one, unless a history was written twice under one epoch. */
  eventsAt(place: HistoryRecord): readonly Entry[];
  /** Epochs of a tenant in the order in which they became the present one. */
  epochs(tenant: string | null): readonly string[];
  /** The epoch that was the present one at a moment; null before any. */
  epochAt(tenant: string | null, t: number): string | null;
}

export function toTapes(records: readonly HistoryRecord[], cfg: HistoryConfig): Tapes {
  const entries = records.map((raw, at): Entry => ({ at, t: raw.t, k: raw.k, raw }));
  const byKind = Map.groupBy(entries, ({ k }) => k);
  const of = (kind: string) => byKind.get(kind) ?? [];
  const logs = Map.groupBy(of('S.event'), ({ raw }) => `${String(raw['tenant'])}/${String(raw['epoch'])}`);
  for (const rows of logs.values()) rows.sort((a, b) => seqOf(a) - seqOf(b));
  const places = Map.groupBy(of('S.event'), ({ raw }) => placeKey(raw));
  const changes = epochChanges(entries);
  // Where a stream doesn't say whose it is, and there is only one tenant, it is that one's.
  const changesOf = (tenant: string | null) => (tenant === null && changes.size === 1 ? [...changes.values()][0] : changes.get(String(tenant)));
  return {
    cfg,
    entries,
    lastAt: entries.at(-1)?.t ?? 0,
    of,
    incarnations: toIncarnations(entries, cfg),
    streams: toStreams(of),
    eventsAt: (place) => places.get(placeKey(place)) ?? [],
    log: (tenant, epoch) => logs.get(`${tenant}/${epoch}`) ?? [],
    epochs: (tenant) => [...new Set((changes.get(String(tenant)) ?? []).map(({ epoch }) => epoch).toReversed())].toReversed(),
    epochAt: (tenant, t) => changesOf(tenant)?.findLast((change) => change.t <= t)?.epoch ?? null,
  };
}

function placeKey({ tenant, epoch, seq }: HistoryRecord): string {
  return `${String(tenant)}/${String(epoch)}/${String(seq)}`;
}

/** Changes of the present epoch, by tenant. Where S.epoch is missing, the first event of an epoch tells. */
function epochChanges(entries: readonly Entry[]): Map<string, { t: number; epoch: string }[]> {
  const changes = new Map<string, { t: number; epoch: string }[]>();
  for (const { k, t, raw } of entries) {
    if (k !== 'S.epoch' && k !== 'S.event') continue;
    const [tenant, epoch] = [String(raw['tenant']), String(raw['epoch'])];
    const known = changes.get(tenant) ?? [];
    changes.set(tenant, known);
    const isNew = k === 'S.epoch' ? known.at(-1)?.epoch !== epoch : known.every((change) => change.epoch !== epoch);
    if (isNew) known.push({ t, epoch });
  }
  return changes;
}

function toIncarnations(entries: readonly Entry[], cfg: HistoryConfig): Incarnation[] {
  const ofTabs = entries.filter(({ raw }) => typeof raw['tab'] === 'string' && typeof raw['inc'] === 'number');
  const groups = Map.groupBy(ofTabs, ({ raw }) => `${String(raw['tab'])}#${String(raw['inc'])}`);
  return [...groups].map(([where, rows]): Incarnation => {
    const start = rows.find(({ k }) => k === 'P.start');
    const first = start ?? rows[0];
    const tab = String(first?.raw['tab']);
    const stop = rows.find(({ k }) => k === 'P.stop');
    const next = ofTabs.find(({ k, at, raw }) => k === 'P.start' && raw['tab'] === tab && at > (first?.at ?? 0) && raw !== first?.raw);
    const isStopFirst = stop !== undefined && stop.at <= (next?.at ?? Infinity);
    const filter = start?.raw['filter'];
    return {
      where,
      tab,
      device: rows.map((row) => textIn(row, 'device')).find((device) => device !== null) ?? cfg.devices[tab] ?? '',
      tenant: textIn(start, 'tenant'),
      user: textIn(start, 'user'),
      filter: isObject(filter) ? filter : {},
      startedAt: first?.t ?? 0,
      endedAt: isStopFirst ? stop.t : (next?.t ?? Infinity),
      how: isStopFirst ? textIn(stop, 'how') : null,
      entries: rows,
      segments: toSegments(rows),
    };
  });
}

function toSegments(rows: readonly Entry[]): Segment[] {
  const parts: { base: Entry | null; delivers: Entry[]; rejects: Entry[]; skips: Entry[] }[] = [{ base: null, delivers: [], rejects: [], skips: [] }];
  for (const row of rows) {
    const part = parts.at(-1);
    if (row.k === 'P.base') parts.push({ base: row, delivers: [], rejects: [], skips: [] });
    if (row.k === 'P.deliver') part?.delivers.push(row);
    if (row.k === 'P.reject') part?.rejects.push(row);
    if (row.k === 'P.skipped') part?.skips.push(row);
  }
  return parts.filter(({ base, delivers }) => base !== null || delivers.length > 0);
}

function toStreams(of: Tapes['of']): Stream[] {
  const closes = Map.groupBy(of('W.close'), ({ raw }) => String(raw['conn']));
  const events = Map.groupBy(of('W.event'), ({ raw }) => String(raw['conn']));
  const bytes = Map.groupBy(of('W.bytes'), ({ raw }) => String(raw['conn']));
  return of('W.open').map((open, index, all): Stream => {
    const conn = String(open.raw['conn']);
    // A number that is used again names another stream from its next opening on.
    const until = all.find((other, at) => at > index && String(other.raw['conn']) === conn)?.at ?? Infinity;
    const mine = (rows: readonly Entry[] | undefined) => (rows ?? []).filter(({ at }) => at > open.at && at < until);
    const close = mine(closes.get(conn))[0];
    const own = mine(events.get(conn));
    return {
      conn,
      device: String(open.raw['device']),
      tenant: textIn(open, 'tenant'),
      scope: scopeOf(open),
      open,
      closedAt: close?.t ?? Infinity,
      how: textIn(close, 'how'),
      bytesAt: [open, ...own, ...mine(bytes.get(conn))].map(({ t }) => t).toSorted((a, b) => a - b),
      events: own,
    };
  });
}

/** Device, tenant, user, and the view: what the address asks for beside the place to go on from. */
function scopeOf(open: Entry): string {
  const { raw } = open;
  const [path = '', query = ''] = (textIn(open, 'path') ?? '').split('?');
  const asked = new URLSearchParams(query);
  for (const name of ['lastEventId', 'clientId']) asked.delete(name);
  asked.sort();
  const view = raw['view'] ?? `${path}?${asked.toString()}`;
  return [raw['device'], raw['tenant'] ?? '', raw['user'] ?? '', view].map(String).join(' ');
}

export function textIn(entry: Entry | undefined, field: string): string | null {
  const value = entry?.raw[field];
  return typeof value === 'string' ? value : null;
}

export function seqOf({ raw }: Entry): number {
  return Number(raw['seq']);
}

/** Whether a load should be told of an event: of its tenant, in its filter, and, where the event names `users`, for its user. */
export function matches({ tenant, user, filter }: Incarnation, { raw }: Entry): boolean {
  if (raw['tenant'] !== tenant || (Array.isArray(raw['users']) && !raw['users'].includes(user))) return false;
  const orderID = raw['orderID'];
  const isOfOrder = !filter.orderIDs || typeof orderID !== 'string' || filter.orderIDs.includes(orderID);
  return isOfOrder && (!filter.types || filter.types.includes(String(raw['type'])));
}

/** Tabs that don't say where they run are on every device. */
export function isSameDevice(a: string, b: string): boolean {
  return a === '' || b === '' || a === b;
}

export function isAlive({ startedAt, endedAt }: Incarnation, from: number, to = from): boolean {
  return startedAt <= to && endedAt > from;
}

/** The place from which a stream was asked for, in the terms of its tenant's log. */
export function askedFrom(stream: Stream, tapes: Tapes): Place | null {
  const id = stream.open.raw['lastEventId'];
  if (id === null || id === undefined || id === '') return null;
  return placeOf(id, textIn(stream.open, 'epoch') ?? presentEpoch(stream, tapes));
}

/** By the server's tape; where there is none, by what the wire carried last. */
export function presentEpoch({ open, tenant }: Stream, { epochAt, cfg, of }: Tapes): string | null {
  const sent = (): string | null =>
    textIn(
      of('W.event').findLast(({ at }) => at < open.at),
      'epoch',
    );
  return epochAt(tenant, open.t + cfg.EPS) ?? (of('S.epoch').length + of('S.event').length === 0 ? sent() : null);
}

/** Ended by its reader: closed, aborted, or given up as dead. */
export function isByClient(how: string | null): boolean {
  return /client|abort|timeout|dead|given up|watchdog/i.test(how ?? '');
}

/** Whether two records of a nemesis are about one fault; an end that names no instance ends what was begun last. */
export function isSameFault(a: Entry, b: Entry): boolean {
  const [one, other] = [a.raw['id'] ?? null, b.raw['id'] ?? null];
  return faultOf(a.raw) === faultOf(b.raw) && (one === null || other === null || one === other);
}
