// One device of the write model: rows that survive, a log that a power cut may take back, two drains of which one works from an old picture, and a page.
// Everything that decides is the real code of src/core; `spoiled` is where a mutant goes wrong.
import { foldChange, type StoredDocument } from '../../../src/core/document.ts';
import { resolveByPolicy, type Resolution } from '../../../src/core/conflict.ts';
import { doubtAbout, isParked, sendable, sweepable, termsOf } from '../../../src/core/entry-lanes.ts';
import { afterAnswer, ENTRY_VERSION, formatPlace, isEnded, LAST_PLACE, laneOf, placeNumber, stepEntry, successorOf } from '../../../src/core/entry.ts';
import type { Entry, WriteAnswer, WriteRequest } from '../../../src/core/entry.ts';
import { isShown, overlayCollection, standing, type Overlaid, type OverlayView } from '../../../src/core/overlay.ts';
import { parseCursor } from '../../../src/protocol/cursor.ts';
import { silence, type FakeServer, type SentWrite } from './fake-server.ts';

export type Spoil = (mutant: string) => boolean;

/** For mutants: nobody knows what changes on the side. */
const withoutSides = (entries: readonly Entry[]): readonly Entry[] => entries.map((entry) => ({ ...entry, also: [] }));

interface Log {
  readonly docs: ReadonlyMap<string, StoredDocument>;
  readonly cursor: string | null;
  readonly runNo: number;
  readonly seen: ReadonlySet<string>;
}

interface InFlight {
  readonly drain: number;
  readonly sent: SentWrite;
  /** Null = on its way there. */
  readonly answer: WriteAnswer | null;
}

export const HOUR = 3_600_000;
const EMPTY: Log = { docs: new Map(), cursor: null, runNo: 0, seen: new Set() };

/** What one user has on this device. */
export function createDevice(user: string, server: FakeServer, spoiled: Spoil) {
  let rows: readonly Entry[] = [];
  let log = EMPTY;
  let flushed = EMPTY;
  let snapshot: Log | null = null;
  let flights: readonly InFlight[] = [];
  let nextId = 0;
  let isUnparked = false;
  const stale: (readonly Entry[])[] = [[], []];
  /** Every write of this user by id: its turn (a successor in the same place has that of the first) and what the user was told of it. */
  const told = new Map<
    string,
    {
      readonly orderId: string;
      readonly aside: readonly string[];
      readonly turn: number;
      outcome: 'accepted' | 'conflict' | 'rejected' | 'discarded' | 'superseded';
    }
  >();
  /** Conflicts with nothing but the user's own writes that did not settle themselves: he is asked about himself, or his write yields to himself. */
  const quarrels: string[] = [];
  const newId = (): string => `${user}-${(nextId += 1)}`;
  /** A snapshot that is being taken may have been read before the answer came. */
  const ackRun = (): number => log.runNo + (snapshot ? 1 : 0);
  const view = (): OverlayView => ({ cursor: log.cursor, runNo: log.runNo, hasSeen: (id) => log.seen.has(id) });
  const tell = (entry: Entry, outcome: 'conflict' | 'rejected' | 'discarded' | 'superseded'): void => {
    const known = told.get(entry.id);
    if (known) known.outcome = outcome;
  };

  function place(entry: Entry): Entry {
    const last = Math.max(0, ...rows.map((row) => placeNumber(row.place)));
    const placed = entry.place === LAST_PLACE ? { ...entry, place: formatPlace(last + 1) } : entry;
    const turn = entry.place === LAST_PLACE ? nextId : (told.get(entry.supersedes ?? '')?.turn ?? nextId);
    told.set(placed.id, { orderId: placed.effect?.docId ?? '', aside: (placed.also ?? []).map(({ docId }) => docId), turn, outcome: 'accepted' });
    return placed;
  }

  /** Rows as a transaction leaves them: known ids are replaced, the others are new. */
  function put(entries: readonly Entry[]): void {
    const ids = new Set(entries.map((entry) => entry.id));
    const isKnown = new Set(rows.map((row) => row.id));
    const placed = entries.map((entry) => (isKnown.has(entry.id) ? entry : place(entry)));
    rows = [...rows.filter((row) => !ids.has(row.id)), ...placed].toSorted((a, b) => (a.place < b.place ? -1 : 1));
  }

  function write(request: WriteRequest, now: number): void {
    const base = log.docs.get(request.effect?.docId ?? '');
    const original = request.original ?? (base?.doc ? { version: base.version, doc: base.doc } : undefined);
    const bare = { ...request, ...(original && !('doc' in (request.effect ?? {})) ? { original } : {}) };
    const blank = { sentAt: null, triedAt: null, notBefore: null, since: null, attempt: 0, state: 'waiting', answer: null, supersedes: null } as const;
    put([
      {
        ...bare,
        ...blank,
        v: ENTRY_VERSION,
        id: newId(),
        scope: user,
        place: LAST_PLACE,
        lane: laneOf(request),
        policy: request.policy ?? 'merge',
        createdAt: now,
      },
    ]);
  }

  function replace(entry: Entry, resolution: Resolution, now: number): void {
    if (resolution.do === 'ask') return;
    const over = stepEntry(entry, { type: resolution.do === 'yield' ? 'discard' : 'supersede' }, now);
    if (over === entry) return;
    tell(entry, resolution.do === 'yield' ? 'discarded' : 'superseded');
    if (resolution.do === 'yield') return put([over]);
    const next = successorOf(entry, resolution.change, { id: newId(), now });
    if (!spoiled('same id after a merge')) return put([over, next]);
    put([{ ...next, id: entry.id }]);
  }

  /** One look of a drain: at most one entry is claimed and sent. Drain 0 reads the rows anew, drain 1 knows what it last read. */
  function begin(drain: number, now: number): boolean {
    if (drain === 0) stale[0] = rows;
    const seen = standing(stale[drain] ?? []);
    if (isParked(seen) && !isUnparked) return false;
    const underWay = new Set(flights.filter((flight) => flight.drain === drain).map(({ sent }) => sent.id));
    const open = seen.filter((entry) => !isEnded(entry) && entry.state !== 'dead' && entry.state !== 'conflict' && !underWay.has(entry.id));
    const known = spoiled('lanes are not in order')
      ? open.at(-1)
      : sendable({ entries: spoiled('lanes know no sides') ? withoutSides(seen) : seen, unread: [], underWay })[0];
    const row = rows.find(({ id }) => id === known?.id);
    if (!known || !row) return false;
    if ((row.attempt !== known.attempt || row.state !== known.state) && !spoiled('claims without a look')) return refresh(drain);
    const terms = termsOf(row, rows);
    const doubt = doubtAbout(row, spoiled('earlier conflicts are forgotten') ? [row] : rows, { now, idempotencyMs: 24 * HOUR });
    const claimed = stepEntry(row, doubt && !spoiled('sends what is too old') ? { type: 'doubted', ...doubt } : { type: 'send', since: terms.since }, now);
    put([claimed]);
    if (claimed.state !== 'sending') return settle(claimed, now);
    const ifMatch = spoiled('If-Match fixed at append') ? (row.original?.version ?? null) : terms.ifMatch;
    const sent = { id: claimed.id, attempt: claimed.attempt, user: spoiled('scope not checked') ? null : user, ifMatch, entry: claimed };
    flights = [...flights, { drain, sent, answer: null }];
    if (drain === 1) refresh(1);
    return true;
  }

  function refresh(drain: number): boolean {
    stale[drain] = rows;
    return true;
  }

  /** An answer, or silence, reaches the drain that asked. */
  function answered({ sent }: InFlight, answer: WriteAnswer, now: number): void {
    const row = rows.find(({ id }) => id === sent.id);
    if (!row) return;
    const heard = spoiled('any answer = success') && answer.status !== 0 ? { ...answer, status: 200 } : answer;
    const after = stepEntry(row, { type: 'answered', attempt: sent.attempt, answer: heard, runNo: ackRun() }, now);
    if (after === row) return;
    isUnparked = isUnparked && afterAnswer(heard) !== 'parked';
    put([after]);
    settle(after, now);
  }

  /** Nothing but his own writes lies between what he saw and what is there, and the fate of each is known. */
  function isWithHimself({ answer, effect, original }: Entry): boolean {
    const isDoubtful = rows.some((row) => row.answer?.code === 'outbox/too-old');
    return answer?.status === 412 && !isDoubtful && original !== undefined && server.isAllOwn(effect?.docId ?? '', user, original.version);
  }

  function settle(entry: Entry, now: number): boolean {
    if (entry.state === 'dead') tell(entry, 'rejected');
    if (entry.state !== 'conflict') return true;
    tell(entry, 'conflict');
    const resolution = resolveByPolicy(entry, spoiled("the side is another's") ? withoutSides(rows) : rows);
    if (resolution.do !== 'send' && isWithHimself(entry)) quarrels.push(entry.id);
    replace(entry, resolution, now);
    return true;
  }

  return {
    user,
    told,
    quarrels,
    write,
    begin,
    refresh,
    replace,
    rows: () => rows,
    standing: () => standing(rows),
    /** False until a snapshot is there: then its pages have nothing to read from. */
    hasPicture: () => log.cursor !== null,
    flights: () => flights,
    unpark: () => void (isUnparked = true),

    /** What becomes of one request on its way there or back. `twice`: some box on the way sends it again. */
    fly(index: number, fate: 'arrives' | 'twice' | 'lost', now: number): void {
      const flight = flights[index % Math.max(1, flights.length)];
      if (!flight) return;
      const others = flights.filter((other) => other !== flight);
      if (fate === 'lost' || flight.answer) {
        flights = others;
        return answered(flight, fate === 'lost' || !flight.answer ? silence() : flight.answer, now);
      }
      const answer = server.handle(flight.sent);
      if (fate === 'twice') server.handle(flight.sent);
      flights = [...others, { ...flight, answer }];
    },

    /** The drains die. Some of what they sent arrives all the same; nobody waits for the answers. */
    crash(): void {
      for (const flight of flights) if (!flight.answer && flight.sent.attempt % 2 === 0) server.handle(flight.sent);
      flights = [];
    },

    read: (orderId: string): Overlaid => {
      const shown: OverlayView = spoiled('overlay dropped by event id only') ? { ...view(), cursor: null, runNo: null } : view();
      const base = log.docs.get(orderId);
      const blind = spoiled('overlay dropped by event id only') && base ? { ...base, version: -1 } : base;
      const find = (id: string) => (id === orderId ? blind : undefined);
      const overlaid = overlayCollection('orders', find, standing(rows), shown).get(orderId) ?? { document: blind, pending: [] };
      return blind === base ? overlaid : { ...overlaid, document: base };
    },

    deliver(count: number, now: number): void {
      const mine = parseCursor(log.cursor);
      if (snapshot || !mine || mine.epoch !== `e${server.epoch()}`) return;
      for (const event of server.eventsAfter(mine.seq).slice(0, count)) {
        const docs = new Map(log.docs);
        for (const { orderId: id, version, patch } of event.changes) {
          const change = { collection: 'orders', id, version, ...(version === 1 ? { doc: patch } : { patch }) };
          docs.set(id, foldChange(docs.get(id), change, event.seq));
        }
        const seen = event.mutationId === null ? log.seen : new Set([...log.seen, event.mutationId]);
        log = { ...log, docs, cursor: `${mine.epoch}_${String(event.seq).padStart(16, '0')}_00000000`, seen };
        const row = rows.find(({ id }) => id === event.mutationId);
        if (row) put([stepEntry(row, { type: 'confirmed', version: event.changes[0]?.version ?? null, cursor: log.cursor ?? '', runNo: ackRun() }, now)]);
      }
    },

    fetchSnapshot(): void {
      const docs = [...server.docs].map(([id, { version, doc }]): [string, StoredDocument] => [
        id,
        { collection: 'orders', id, version, doc, seq: 0, staleFor: null },
      ]);
      snapshot = { docs: new Map(docs), cursor: server.cursor(), runNo: log.runNo + 1, seen: new Set() };
    },

    commitSnapshot(): void {
      log = snapshot ?? log;
      snapshot = null;
    },

    flush: () => void (flushed = log),

    powerCut(): void {
      log = flushed;
      snapshot = null;
      flights = [];
      // A relaxed outbox would lose what was accepted since: the mutant.
      if (spoiled('relaxed outbox')) rows = rows.slice(0, -1);
    },

    sweep(now: number): void {
      const covered: OverlayView = { cursor: flushed.cursor, runNo: flushed.runNo, hasSeen: (id) => flushed.seen.has(id) };
      const gone = new Set(sweepable(rows, (entry) => isShown(entry, covered, -1), { now, keepEndedMs: 0, keepEnded: 0 }).map(({ id }) => id));
      rows = rows.filter(({ id }) => !gone.has(id));
    },

    /** Answers false where it refuses: something has not been sent. */
    logOut(unsent: 'refuse' | 'keep' | 'discard'): boolean {
      const open = rows.filter((entry) => !isEnded(entry));
      if (unsent === 'refuse' && open.length > 0) return false;
      flights = [];
      log = flushed = EMPTY;
      snapshot = null;
      if (unsent === 'keep') return true;
      for (const entry of open) tell(entry, 'discarded');
      rows = [];
      return true;
    },
  };
}

export type Device = ReturnType<typeof createDevice>;
