// What became of the user's writes: each once and nobody else's (R7), none dropped in silence (R7s), in order (R8), and seen by who made it (R9).
import { isSameDevice, textIn, type Entry, type Incarnation, type Tapes } from './tapes.ts';
import type { Violation } from './violation.ts';

interface Write {
  readonly mutId: string;
  readonly entry: Entry;
  readonly inc: Incarnation;
  readonly orderID: string | null;
}

interface Writes {
  readonly writes: ReadonlyMap<string, Write>;
  readonly acks: ReadonlyMap<string, readonly { readonly entry: Entry; readonly inc: Incarnation; readonly outcome: string }[]>;
  readonly applies: ReadonlyMap<string, readonly Entry[]>;
}

const TERMINAL: readonly unknown[] = ['applied', 'rejected', 'conflict'];
/** What lets a write rest without the server: the user took it back, or it is shown as what it is. */
const SETTLED_HERE: readonly string[] = ['discarded', 'conflict', 'rejected', 'parked', 'dead'];
/** What takes a write out of what is shown. */
const ENDED_HERE: readonly string[] = SETTLED_HERE.filter((outcome) => outcome !== 'parked');

export function judgeWrites(tapes: Tapes): Violation[] {
  const all = collect(tapes);
  return [
    ...[...all.applies].flatMap(([mutId, rows]) => judgeApplies(mutId, rows, all)),
    ...(tapes.cfg.end ? unanswered(all) : []),
    ...failedButDone(all),
    ...(tapes.cfg.end ? dropped(all, tapes) : []),
    ...outOfOrder(all, tapes),
    ...unseen(all, tapes),
  ];
}

function collect({ incarnations, of }: Tapes): Writes {
  const ofPages = (kind: string) => incarnations.flatMap((inc) => inc.entries.filter(({ k }) => k === kind).map((entry) => ({ entry, inc })));
  const idOf = ({ raw }: Entry) => String(raw['mutId']);
  const writes = new Map<string, Write>();
  for (const { entry, inc } of ofPages('P.write').toSorted((a, b) => a.entry.at - b.entry.at))
    if (!writes.has(idOf(entry))) writes.set(idOf(entry), { mutId: idOf(entry), entry, inc, orderID: textIn(entry, 'orderID') });
  const acks = ofPages('P.ack').map(({ entry, inc }) => ({ entry, inc, outcome: String(entry.raw['outcome']) }));
  return {
    writes,
    acks: Map.groupBy(acks, ({ entry }) => idOf(entry)),
    applies: Map.groupBy(of('S.apply'), idOf),
  };
}

const terminalOf = (rows: readonly Entry[] | undefined): Entry[] => (rows ?? []).filter(({ raw }) => TERMINAL.includes(raw['outcome']));
const appliedOf = (rows: readonly Entry[] | undefined): Entry[] => (rows ?? []).filter(({ raw }) => raw['outcome'] === 'applied');

/** R7a, d, e. */
function judgeApplies(mutId: string, rows: readonly Entry[], { writes }: Writes): Violation[] {
  const violations: Violation[] = [];
  const applied = appliedOf(rows).length;
  if (applied > 1) violations.push({ rule: 'R7', where: 'server', detail: `${mutId} was applied ${applied} times` });
  const write = writes.get(mutId);
  if (!write) violations.push({ rule: 'R7', where: 'server', detail: `${mutId} is no page's write` });
  const strange = write && rows.find(({ raw }) => raw['tenant'] !== write.entry.raw['tenant'] || raw['user'] !== write.entry.raw['user']);
  if (strange)
    violations.push({
      rule: 'R7',
      where: 'server',
      detail: `${mutId} of ${tellOwner(write.entry)} was handled as of ${tellOwner(strange)}`,
    });
  return violations;
}

const tellOwner = ({ raw }: Entry): string => `${String(raw['tenant'])}/${String(raw['user'])}`;

/** R7b: what was accepted came to one end. A write that was never durable binds nobody. */
function unanswered({ acks, applies }: Writes): Violation[] {
  return [...acks].flatMap(([mutId, rows]): Violation[] => {
    const isAccepted = rows.some(({ outcome, entry }) => outcome === 'accepted' && entry.raw['durable'] !== false);
    const ends = terminalOf(applies.get(mutId)).length;
    if (!isAccepted || ends === 1 || (ends === 0 && rows.some(({ outcome }) => SETTLED_HERE.includes(outcome)))) return [];
    return [{ rule: 'R7', where: 'server', detail: `${mutId} was accepted and came to ${ends} ends` }];
  });
}

/** R7c. */
function failedButDone({ acks, applies }: Writes): Violation[] {
  const failed = [...acks].filter(([mutId, rows]) => rows.some(({ outcome }) => outcome === 'failed') && (applies.get(mutId) ?? []).length > 0);
  return failed.map(([mutId]) => ({ rule: 'R7', where: 'server', detail: `${mutId} was reported as failed, and the server got it` }));
}

/** R7s. A device whose last load was cut off may have said it in the part of its tape that is missing. */
function dropped({ writes, acks, applies }: Writes, { incarnations }: Tapes): Violation[] {
  return [...applies].flatMap(([mutId, rows]): Violation[] => {
    const write = writes.get(mutId);
    const end = terminalOf(rows).findLast(({ raw }) => raw['outcome'] !== 'applied');
    if (!write || !end) return [];
    const device = write.inc.device;
    const isTold = (acks.get(mutId) ?? []).some(({ outcome, inc }) => outcome === end.raw['outcome'] && isSameDevice(inc.device, device));
    const last = incarnations
      .filter((inc) => isSameDevice(inc.device, device))
      .toSorted((a, b) => a.endedAt - b.endedAt)
      .at(-1);
    const isCutOff = last?.how === 'crashed' || last?.how === 'killed';
    return isTold || isCutOff ? [] : [{ rule: 'R7s', where: write.inc.where, detail: `nobody was told that ${mutId} ended as ${String(end.raw['outcome'])}` }];
  });
}

/** R8. Writes of two tabs at nearly one moment have no order, and one person's need not wait for another's who has left. */
function outOfOrder({ writes, applies }: Writes, { cfg }: Tapes): Violation[] {
  const done = [...writes.values()]
    .filter(({ orderID }) => orderID !== null)
    .flatMap((write) =>
      appliedOf(applies.get(write.mutId))
        .slice(0, 1)
        .map((apply) => ({ ...write, place: placeInLane(write, writes), appliedAt: apply.at })),
    );
  const lanes = Map.groupBy(done, ({ inc, orderID }) => JSON.stringify([inc.device, inc.tenant, inc.user, orderID]));
  const isBefore = (a: (typeof done)[0], b: (typeof done)[0]): boolean =>
    a.place.inc.tab === b.place.inc.tab ? a.place.entry.at < b.place.entry.at : b.place.entry.t - a.place.entry.t > cfg.EPS;
  return [...lanes.values()].flatMap((lane) =>
    lane.flatMap((a) =>
      lane
        .filter((b) => isBefore(a, b) && a.appliedAt > b.appliedAt)
        .map((b): Violation => ({ rule: 'R8', where: a.inc.where, detail: `${b.mutId} was applied before ${a.mutId}, which was made earlier` })),
    ),
  );
}

/** A write that resolves a conflict stands where the conflicting one stood. */
function placeInLane(write: Write, writes: ReadonlyMap<string, Write>): Write {
  const before = writes.get(textIn(write.entry, 'supersedes') ?? '');
  return before && before.entry.at < write.entry.at ? placeInLane(before, writes) : write;
}

/** R9. */
function unseen({ writes, acks, applies }: Writes, { incarnations, cfg }: Tapes): Violation[] {
  return [...acks].flatMap(([mutId, rows]): Violation[] => {
    const write = writes.get(mutId);
    if (!write || write.orderID === null) return [];
    const accepted = rows.filter(({ outcome }) => outcome === 'accepted');
    const settledAt = Math.min(Infinity, ...rows.filter(({ outcome }) => ENDED_HERE.includes(outcome)).map(({ entry }) => entry.at));
    const applied = appliedOf(applies.get(mutId))[0];
    // A server that doesn't say which version it made leaves every version possible.
    const version = applied ? Number(applied.raw['version'] ?? -Infinity) : Infinity;
    const isBound = (entry: Entry, tab: string): boolean =>
      accepted.some((ack) => (ack.inc.tab === tab ? entry.at > ack.entry.at : entry.t >= ack.entry.t + cfg.RYW));
    const readers = incarnations.filter(
      (inc) => isSameDevice(inc.device, write.inc.device) && (inc.tenant === null || (inc.tenant === write.inc.tenant && inc.user === write.inc.user)),
    );
    return readers.flatMap(({ tab, where, entries }) =>
      entries
        .filter(({ k, raw }) => k === 'P.read' && raw['orderID'] === write.orderID)
        .filter((entry) => isBound(entry, tab) && entry.at < settledAt && !shows(entry, mutId, version))
        .map((entry): Violation => ({ rule: 'R9', where, detail: `${write.orderID} was shown at version ${String(entry.raw['version'])} without ${mutId}` })),
    );
  });
}

function shows({ raw }: Entry, mutId: string, version: number): boolean {
  const pending = Array.isArray(raw['pending']) ? raw['pending'] : [];
  return pending.includes(mutId) || (typeof raw['version'] === 'number' && raw['version'] >= version);
}
