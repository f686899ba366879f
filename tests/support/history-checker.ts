// Judges a run by its tapes, as ORACLE says: it knows what the server wrote, what pages were told and what lies on disk, and nothing of
// how the library works. Each rule stands alone; all violations are reported. A rule whose tape is missing is named in `notRun`.
import { checkConnections } from './history-connections.ts';
import { checkDisk } from './history-disk.ts';
import type { History, PageRecord, ServerEvent } from './tape.ts';
import { EPS, type Verdict, type Violation } from './verdict.ts';

/** What a page was told between two bases. */
interface Segment {
  readonly where: string;
  readonly tenant: string;
  readonly base: PageRecord | null;
  readonly delivered: readonly PageRecord[];
  /** Ranges that the page announced as passed over. */
  readonly skipped: readonly PageRecord[];
  readonly isLast: boolean;
}

export function checkHistory(history: History): Verdict {
  const server = indexServer(history.server);
  const incarnations = byIncarnation(history.pages);
  const segments = [...incarnations].flatMap(([where, records]) => toSegments(where, records));
  const newest = newestEpochs(history.server);
  const violations = [
    ...segments.flatMap((segment) => [
      ...checkFabrication(segment, server),
      ...checkHoles(segment, history.server),
      ...checkRepeats(segment),
      ...checkOrder(segment),
    ]),
    ...[...incarnations].flatMap(([where, records]) => [
      ...checkIsolation(where, records),
      ...checkErrors(where, records),
      ...checkEpochs(where, records, newest),
    ]),
    ...(history.alive ?? []).flatMap((tab) => checkComplete(tab, segments, history.server, newest)),
    ...checkDisk(history),
    ...checkConnections(history),
  ];
  const of = (kind: string) => history.pages.filter(({ k }) => k === kind).length;
  return {
    violations,
    notRun: [...(history.disk ? [] : ['R6']), ...(history.alive ? [] : ['R2e']), ...(history.wire || history.streams ? [] : ['R12'])],
    counts: { delivered: of('P.deliver'), events: history.server.length, incarnations: incarnations.size, bases: of('P.base'), leaders: of('H.leader') },
  };
}

function placeKey(tenant: unknown, epoch: unknown, seq: unknown): string {
  return `${String(tenant)}/${String(epoch)}/${String(seq)}`;
}

function indexServer(events: readonly ServerEvent[]): Map<string, ServerEvent[]> {
  return Map.groupBy(events, ({ tenant, epoch, seq }) => placeKey(tenant, epoch, seq));
}

/** Per tenant, the epoch that the server was last seen with. */
function newestEpochs(events: readonly ServerEvent[]): Map<string, string> {
  return new Map(events.map(({ tenant, epoch }) => [tenant, epoch]));
}

function byIncarnation(records: readonly PageRecord[]): Map<string, PageRecord[]> {
  return Map.groupBy(records, ({ tab, inc }) => `${tab}#${inc}`);
}

function toSegments(where: string, records: readonly PageRecord[]): Segment[] {
  const tenant = String(records.find(({ k }) => k === 'P.start')?.tenant);
  const parts: { base: PageRecord | null; delivered: PageRecord[]; skipped: PageRecord[] }[] = [{ base: null, delivered: [], skipped: [] }];
  for (const record of records) {
    if (record.k === 'P.base') parts.push({ base: record, delivered: [], skipped: [] });
    if (record.k === 'P.deliver') parts.at(-1)?.delivered.push(record);
    if (record.k === 'P.skipped') parts.at(-1)?.skipped.push(record);
  }
  return parts
    .map((part, at) => ({ where, tenant, ...part, isLast: at === parts.length - 1 }))
    .filter(({ base, delivered }) => base !== null || delivered.length > 0);
}

function checkFabrication({ where, delivered }: Segment, server: Map<string, ServerEvent[]>): Violation[] {
  return delivered.flatMap((record): Violation[] => {
    const known = server.get(placeKey(record.tenant, record.epoch, record.seq))?.filter(({ hash }) => hash === record.hash) ?? [];
    if (known.length === 0) return [{ rule: 'R1', where, detail: `${record.epoch}_${record.seq} (${record.hash}) was never in the server's log` }];
    const isEarly = known.every(({ t }) => t > record.t + EPS);
    return isEarly ? [{ rule: 'R1', where, detail: `${record.seq} was delivered before the server wrote it` }] : [];
  });
}

/** R2: no hole between a base and the highest delivery after it. */
function checkHoles(segment: Segment, server: readonly ServerEvent[]): Violation[] {
  const { where, base, delivered } = segment;
  if (!base) return [{ rule: 'R2', where, detail: 'events were delivered before any base' }];
  const highest = delivered.reduce((most, { epoch, seq = 0 }) => (epoch === base.epoch ? Math.max(most, seq) : most), 0);
  return holes(segment, server, highest).map((seq) => ({ rule: 'R2', where, detail: `${seq} is missing between base ${base.seq} and ${highest}` }));
}

function holes({ tenant, base, delivered, skipped }: Segment, server: readonly ServerEvent[], until: number): number[] {
  const have = new Set(delivered.filter(({ epoch }) => epoch === base?.epoch).map(({ seq }) => seq));
  const isSkipped = (seq: number) => skipped.some(({ from, to }) => seq >= Number(from) && seq <= Number(to));
  const expected = server.filter((event) => event.tenant === tenant && event.epoch === base?.epoch && event.seq > (base.seq ?? 0) && event.seq <= until);
  return expected.filter(({ seq }) => !have.has(seq) && !isSkipped(seq)).map(({ seq }) => seq);
}

/** R2e: a tab that lives at the end has heard everything up to the head. */
function checkComplete(tab: string, segments: readonly Segment[], server: readonly ServerEvent[], newest: Map<string, string>): Violation[] {
  const last = segments.findLast(({ where, isLast }) => isLast && where.startsWith(`${tab}#`));
  if (!last?.base) return [{ rule: 'R2e', where: tab, detail: 'the tab never had a base' }];
  const epoch = newest.get(last.tenant);
  if (last.base.epoch !== epoch) return [{ rule: 'R2e', where: last.where, detail: `stands in epoch ${last.base.epoch}, the server in ${epoch}` }];
  return holes(last, server, Infinity).map((seq) => ({ rule: 'R2e', where: last.where, detail: `${seq} never arrived (base ${last.base?.seq})` }));
}

function checkRepeats({ where, delivered }: Segment): Violation[] {
  const groups = Map.groupBy(delivered, ({ tenant, epoch, seq }) => placeKey(tenant, epoch, seq));
  return [...groups].filter(([, rows]) => rows.length > 1).map(([key, rows]) => ({ rule: 'R3', where, detail: `${key} was delivered ${rows.length} times` }));
}

function checkOrder({ where, delivered }: Segment): Violation[] {
  const violations: Violation[] = [];
  const versions = new Map<string, number>();
  let last = -1;
  for (const { seq = 0, orderID, version } of delivered) {
    if (seq < last) violations.push({ rule: 'R4', where, detail: `${seq} came after ${last}` });
    last = seq;
    if (typeof orderID !== 'string' || typeof version !== 'number') continue;
    const before = versions.get(orderID);
    if (before !== undefined && version < before) violations.push({ rule: 'R4', where, detail: `${orderID} went from version ${before} to ${version}` });
    versions.set(orderID, version);
  }
  return violations;
}

function checkIsolation(where: string, records: readonly PageRecord[]): Violation[] {
  const tenant = records.find(({ k }) => k === 'P.start')?.tenant;
  const strays = records.filter(({ k, tenant: theirs }) => (k === 'P.deliver' || k === 'P.base') && theirs !== tenant);
  return strays.map((record) => ({ rule: 'R11', where, detail: `${record.k} of ${record.tenant} in a page of ${tenant}` }));
}

function checkErrors(where: string, records: readonly PageRecord[]): Violation[] {
  return records.filter(({ k }) => k === 'P.error' || k === 'P.handlerError').map(({ message }) => ({ rule: 'R15', where, detail: String(message) }));
}

/** R18: who has seen the present epoch never goes back to an older one. */
function checkEpochs(where: string, records: readonly PageRecord[], newest: Map<string, string>): Violation[] {
  const placed = records.filter(({ k }) => k === 'P.deliver' || k === 'P.base');
  const first = placed.findIndex(({ tenant, epoch }) => epoch === newest.get(String(tenant)));
  const late = first < 0 ? [] : placed.slice(first).filter(({ k, tenant, epoch }) => k === 'P.deliver' && epoch !== newest.get(String(tenant)));
  return late.map(({ epoch, seq }) => ({ rule: 'R18', where, detail: `${seq} of the old epoch ${epoch} came after the new one` }));
}
