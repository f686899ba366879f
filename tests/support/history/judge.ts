// The one judge of histories, as the oracle writes it: the simulation, the browser tests and outside histories all come here. It knows the
// tapes and nothing else; every rule stands alone, all violations are reported, and a rule without its tape is said to be unknown.
import { judgeConduct, unmarked } from './conduct.ts';
import { configOf } from './config.ts';
import { judgeDelivery } from './delivery.ts';
import { judgeDevices } from './device.ts';
import { judgeLiveness } from './liveness.ts';
import { decodeHistory, type HistoryRecord } from './record.ts';
import { toTapes, type Tapes } from './tapes.ts';
import type { Rule, Verdict, Violation } from './violation.ts';
import { judgeWrites } from './writes.ts';

/** Judges a history; throws a HistoryError where it can't be read. */
export function judge(history: unknown, cfg: unknown = {}): Verdict {
  return judgeRecords(decodeHistory(history), cfg);
}

/** The same for records that are known to be well made and in order. */
export function judgeRecords(records: readonly HistoryRecord[], cfg: unknown = {}): Verdict {
  const tapes = toTapes(records, configOf(cfg));
  const violations: Violation[] = [...judgeDelivery(tapes), ...judgeWrites(tapes), ...judgeDevices(tapes), ...judgeLiveness(tapes), ...judgeConduct(tapes)];
  const unknown = NEEDS.filter(([, , isThere]) => !isThere(tapes)).map(([rule, needs]) => ({ rule, needs }));
  const vacuous = vacuity(tapes);
  return { valid: validity(violations, unknown, vacuous), violations, unknown, vacuous, counts: countsOf(tapes) };
}

function validity(violations: readonly Violation[], unknown: Verdict['unknown'], vacuous: readonly string[]): Verdict['valid'] {
  if (violations.length > 0 || vacuous.length > 0) return false;
  return unknown.length > 0 ? 'unknown' : true;
}

const has =
  (...kinds: readonly string[]) =>
  ({ of }: Tapes): boolean =>
    kinds.some((kind) => of(kind).length > 0);
const both =
  (a: (tapes: Tapes) => boolean, b: (tapes: Tapes) => boolean) =>
  (tapes: Tapes): boolean =>
    a(tapes) && b(tapes);

const PAGES = has('P.start');
const SERVER = has('S.event', 'S.epoch');
const WIRE = has('W.open', 'W.req');

/** What each rule judges by; without it nothing was proved. */
const NEEDS: readonly (readonly [rule: Rule, needs: string, isThere: (tapes: Tapes) => boolean])[] = [
  ['R1', 'S.event and P.deliver', both(SERVER, PAGES)],
  ['R2', 'S.event and P.base', both(SERVER, has('P.base'))],
  ['R2e', 'a tab that lives at the end, and S.event', both(SERVER, hasLiving)],
  ['R3', 'P.deliver', has('P.deliver', 'P.effect')],
  ['R4', 'P.deliver', has('P.deliver')],
  ['R5', 'P.read', has('P.read')],
  ['R6', 'D.snap or W.open', has('D.snap', 'W.open')],
  ['R7', 'P.write and S.apply', has('P.write', 'S.apply')],
  ['R7s', 'S.apply', has('S.apply')],
  ['R8', 'P.write and S.apply', both(has('P.write'), has('S.apply'))],
  ['R9', 'P.ack and P.read', both(has('P.ack'), has('P.read'))],
  ['R10', 'a P.read after the last change', both(has('P.read'), hasLiving)],
  ['R11', 'P.start', PAGES],
  ['R12', 'W.open or H.leader', has('W.open', 'H.leader', 'H.write')],
  ['R13', 'N.end', has('N.end')],
  ['R13p', 'W.open in a window of N15', both(WIRE, has('N.start'))],
  ['R14', 'W.req', WIRE],
  ['R15', 'P.start', PAGES],
  ['R16', 'P.inert', has('P.inert')],
  ['R17', 'P.health and W.open', both(has('P.health'), WIRE)],
  ['R18', 'S.event and P.base', both(SERVER, has('P.base', 'P.deliver'))],
];

function hasLiving({ incarnations }: Tapes): boolean {
  return incarnations.some(({ endedAt }) => endedAt === Infinity);
}

/** What makes a whole run say nothing. */
function vacuity(tapes: Tapes): string[] {
  const delivers = tapes.of('P.deliver').length;
  const idle = tapes.of('N.start').filter((start) => unmarked(start, tapes));
  return [
    ...(delivers < tapes.cfg.minDelivers ? [`${delivers} deliveries, ${tapes.cfg.minDelivers} are the least`] : []),
    ...idle.map(({ raw }) => `${String(raw['fault'])} left no mark`),
    ...(hasLiving(tapes) ? [] : ['no tab was alive at the end']),
  ];
}

function countsOf({ entries, incarnations, streams }: Tapes): Verdict['counts'] {
  const of = (kind: string) => entries.reduce((count, { k }) => count + Number(k === kind), 0);
  return {
    records: entries.length,
    delivered: of('P.deliver'),
    events: of('S.event'),
    incarnations: incarnations.length,
    bases: of('P.base'),
    leaders: of('H.leader'),
    streams: streams.length,
    snaps: of('D.snap'),
  };
}
