// What pages were told: nothing made up (R1), nothing missing (R2, R2e), nothing twice (R3), in order (R4), never older than what they
// showed (R5), and never of a history that has ended (R18).
import { matches, seqOf, type Entry, type Incarnation, type Segment, type Tapes } from './tapes.ts';
import type { Violation } from './violation.ts';

export function judgeDelivery(tapes: Tapes): Violation[] {
  return [
    ...tapes.incarnations.flatMap((inc) => [
      ...inc.segments.flatMap((segment) => [...holes(inc, segment, tapes), ...repeats(inc, segment), ...disorder(inc, segment, tapes)]),
      ...fabrications(inc, tapes),
      ...fallingReads(inc),
      ...oldEpochs(inc, tapes),
      ...(tapes.cfg.end && inc.endedAt === Infinity ? [...incomplete(inc, tapes), ...lastEpoch(inc, tapes)] : []),
    ]),
    ...repeatedEffects(tapes),
  ];
}

const placeOf = ({ raw }: Entry): string => `${String(raw['epoch'])}_${String(raw['seq'])}`;

/** R1. */
function fabrications(inc: Incarnation, tapes: Tapes): Violation[] {
  const told = inc.entries.filter(({ k }) => k === 'P.deliver');
  return told.flatMap((entry): Violation[] => {
    const { tenant, hash = null } = entry.raw;
    const same = tapes.eventsAt(entry.raw).filter(({ raw }) => (raw['hash'] ?? null) === hash);
    if (same.length === 0) return [{ rule: 'R1', where: inc.where, detail: `${placeOf(entry)} (${String(hash)}) was never in the log of ${String(tenant)}` }];
    if (same.some(({ t }) => t <= entry.t + tapes.cfg.EPS)) return [];
    return [{ rule: 'R1', where: inc.where, detail: `${placeOf(entry)} was delivered before the server wrote it` }];
  });
}

/** R2: no hole between a base and the highest delivery after it. */
function holes(inc: Incarnation, segment: Segment, tapes: Tapes): Violation[] {
  const { base, delivers } = segment;
  if (!base) return [{ rule: 'R2', where: inc.where, detail: 'events were delivered before any base' }];
  const highest = Math.max(-Infinity, ...inEpoch(delivers, base.raw['epoch']).map(seqOf));
  return missing(inc, segment, tapes, highest).map((seq) => ({
    rule: 'R2',
    where: inc.where,
    detail: `${seq} is missing between the base at ${seqOf(base)} and ${highest}`,
  }));
}

function missing(inc: Incarnation, { base, delivers, rejects, skips }: Segment, tapes: Tapes, until: number): number[] {
  if (!base) return [];
  const epoch = String(base.raw['epoch']);
  const have = new Set([...inEpoch(delivers, epoch), ...inEpoch(rejects, epoch)].map(seqOf));
  const isSkipped = (seq: number) => skips.some(({ raw }) => seq >= Number(raw['from']) && seq <= Number(raw['to']));
  const wanted = tapes.log(inc.tenant, epoch).filter((event) => seqOf(event) > seqOf(base) && seqOf(event) <= until && matches(inc, event));
  return [...new Set(wanted.map(seqOf))].filter((seq) => !have.has(seq) && !isSkipped(seq));
}

const inEpoch = (entries: readonly Entry[], epoch: unknown): Entry[] => entries.filter(({ raw }) => raw['epoch'] === epoch);

/** R2e: who lives at the end has all of the present epoch. A load without any base never showed anything that could be held against it. */
function incomplete(inc: Incarnation, tapes: Tapes): Violation[] {
  const last = inc.segments.findLast(({ base }) => base !== null);
  const epoch = tapes.epochs(inc.tenant).at(-1);
  if (!last?.base || epoch === undefined) return [];
  const lacking =
    last.base.raw['epoch'] === epoch
      ? missing(inc, last, tapes, Infinity)
      : tapes
          .log(inc.tenant, epoch)
          .filter((event) => matches(inc, event) && inEpoch(last.delivers, epoch).every((told) => seqOf(told) !== seqOf(event)))
          .map(seqOf);
  return lacking.map((seq) => ({ rule: 'R2e', where: inc.where, detail: `${epoch}_${seq} never arrived (base at ${placeOf(last.base ?? never())})` }));
}

/** R3, of deliveries. */
function repeats({ where }: Incarnation, { delivers }: Segment): Violation[] {
  const twice = [...Map.groupBy(delivers, placeOf)].filter(([, rows]) => rows.length > 1);
  return twice.map(([place, rows]) => ({ rule: 'R3', where, detail: `${place} was delivered ${rows.length} times` }));
}

/** R3, of effects: once a device, whatever tabs and loads there were. */
function repeatedEffects({ incarnations }: Tapes): Violation[] {
  const effects = incarnations.flatMap(({ device, entries }) => entries.filter(({ k }) => k === 'P.effect').map(({ raw }) => ({ device, raw })));
  const groups = Map.groupBy(effects, ({ device, raw }) => JSON.stringify([device, raw['kind'], raw['seq']]));
  return [...groups].filter(([, rows]) => rows.length > 1).map(([key, rows]) => ({ rule: 'R3', where: key, detail: `happened ${rows.length} times` }));
}

/** R4: places of one epoch, and versions of one order. */
function disorder({ where }: Incarnation, { delivers }: Segment, { cfg }: Tapes): Violation[] {
  const violations: Violation[] = [];
  const lastSeq = new Map<unknown, number>();
  const lastVersion = new Map<unknown, number>();
  for (const entry of delivers) {
    const { epoch, orderID, version } = entry.raw;
    const before = lastSeq.get(epoch) ?? -Infinity;
    if (cfg.order === 'total' && seqOf(entry) <= before) violations.push({ rule: 'R4', where, detail: `${placeOf(entry)} came after ${before}` });
    lastSeq.set(epoch, seqOf(entry));
    if (typeof orderID !== 'string' || typeof version !== 'number') continue;
    const known = lastVersion.get(orderID) ?? -Infinity;
    if (version <= known) violations.push({ rule: 'R4', where, detail: `${orderID} went from version ${known} to ${version}` });
    lastVersion.set(orderID, version);
  }
  return violations;
}

/** R5: what is shown falls only where a base of another epoch stands before it. */
function fallingReads({ where, entries }: Incarnation): Violation[] {
  const violations: Violation[] = [];
  let epoch: unknown = null;
  let shown = new Map<unknown, number>();
  for (const { k, raw } of entries) {
    if (k === 'P.base') {
      if (epoch !== null && raw['epoch'] !== epoch) shown = new Map();
      epoch = raw['epoch'];
    }
    if (k !== 'P.read' || typeof raw['version'] !== 'number') continue;
    const before = shown.get(raw['orderID']) ?? -Infinity;
    if (raw['version'] < before) violations.push({ rule: 'R5', where, detail: `${String(raw['orderID'])} fell from version ${before} to ${raw['version']}` });
    shown.set(raw['orderID'], raw['version']);
  }
  return violations;
}

/** R18: whoever saw an epoch is told nothing of an older one. */
function oldEpochs(inc: Incarnation, tapes: Tapes): Violation[] {
  const order = tapes.epochs(inc.tenant);
  const violations: Violation[] = [];
  let newest = -1;
  for (const entry of inc.entries) {
    if (entry.k !== 'P.deliver' && entry.k !== 'P.base') continue;
    const place = order.indexOf(String(entry.raw['epoch']));
    if (entry.k === 'P.deliver' && place >= 0 && place < newest)
      violations.push({ rule: 'R18', where: inc.where, detail: `${placeOf(entry)} came after epoch ${order[newest]} was seen` });
    newest = Math.max(newest, place);
  }
  return violations;
}

/** R18, at the end. */
function lastEpoch(inc: Incarnation, tapes: Tapes): Violation[] {
  const last = inc.entries.findLast(({ k }) => k === 'P.deliver' || k === 'P.base');
  const present = tapes.epochs(inc.tenant).at(-1);
  if (!last || present === undefined || last.raw['epoch'] === present) return [];
  return [{ rule: 'R18', where: inc.where, detail: `stands in epoch ${String(last.raw['epoch'])}, the server is in ${present}` }];
}

function never(): never {
  throw new Error('unreachable');
}
