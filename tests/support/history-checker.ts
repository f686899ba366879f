// Judges a run of our own by its tapes: turns them into the oracle's records and asks the one judge (history/judge.ts), then adds what only
// our tapes can show (L1, the server's count of streams).
import { judgeRecords } from './history/judge.ts';
import type { HistoryRecord } from './history/record.ts';
import { checkCount } from './history-connections.ts';
import { checkKept } from './history-disk.ts';
import type { WireRecord } from './fault-proxy.ts';
import type { History, PageRecord } from './tape.ts';
import type { Verdict } from './verdict.ts';

export function checkHistory(history: History): Verdict {
  const { violations, unknown, counts } = judgeRecords(toRecords(history), { ...history.cfg });
  const notRun = unknown.map(({ rule }) => rule).filter((rule) => isExpected(rule, history));
  return { violations: [...violations, ...checkKept(history), ...checkCount(history.streams ?? [])], notRun, counts };
}

/** Rules that every run of ours should be able to judge; the others need tapes that only some stories make. */
function isExpected(rule: string, { streams }: History): boolean {
  return ['R1', 'R2', 'R2e', 'R3', 'R4', 'R6', 'R11', 'R15', 'R18'].includes(rule) || (rule === 'R12' && !streams);
}

/** The run as one history, in order of time. */
function toRecords(history: History): HistoryRecord[] {
  const { pages, server, disk = [], wire = [], faults = [], applies = [] } = history;
  const end = [...pages, ...server, ...disk, ...wire, ...faults].reduce((latest, { t }) => Math.max(latest, t), 0) + 1;
  const records: HistoryRecord[] = [
    ...server.map((event) => ({ k: 'S.event', ...event })),
    ...applies.map((apply) => ({ k: 'S.apply', ...apply })),
    ...pages.filter(({ k }) => !k.startsWith('H.')),
    ...leaders(pages),
    ...withoutHops(wire.filter((record) => record.k !== 'W.req' || record.device !== '')),
    ...disk.map(({ t, floor, ...snap }) => ({ k: 'D.snap', t, ...snap, expired: upTo(floor, snap.base?.seq ?? 0) })),
    ...faults,
    ...ends(history, end),
  ];
  return records.toSorted((a, b) => a.t - b.t);
}

const HOP_MS = 200;

/** A chain of redirects is one request of the client's: no browser lets a page follow it hop by hop, or end it before the browser does. */
function withoutHops(wire: readonly WireRecord[]): WireRecord[] {
  const hopAt = new Map<string, number>();
  return wire.filter((record) => {
    if (record.k !== 'W.req') return true;
    const last = hopAt.get(record.device) ?? -Infinity;
    const isHop = record.status >= 300 && record.status < 400;
    if (isHop) hopAt.set(record.device, record.t);
    return !isHop || record.t - last > HOP_MS;
  });
}

/** Seqs that the sweep took: below the floor, above the base. */
function upTo(floor: number, base: number): number[] {
  return Array.from({ length: Math.max(0, floor - base) }, (_, at) => base + 1 + at);
}

/** Each engine once, when the first page heard of its term: pages hear late, and each of them says so. */
function leaders(pages: readonly PageRecord[]): HistoryRecord[] {
  const scopes = new Map(pages.filter(({ k }) => k === 'P.start').map(({ tab, inc, tenant, user }) => [`${tab}#${inc}`, { tenant, user }]));
  const heard = pages.filter(({ k, term }) => k === 'H.leader' && Number(term) > 0).toSorted((a, b) => a.t - b.t);
  const firsts = Map.groupBy(heard, ({ tab, inc, engine }) => JSON.stringify([scopes.get(`${tab}#${inc}`), engine]));
  return [...firsts.values()].flatMap(([first]) =>
    first ? [{ k: 'H.leader', t: first.t, device: 'ours', id: first['engine'], term: first['term'], ...scopes.get(`${first.tab}#${first.inc}`) }] : [],
  );
}

/** What the end of the run adds: tabs that weren't alive are closed, those that were are read once more. */
function ends({ pages, alive, truth }: History, t: number): HistoryRecord[] {
  const loads = Map.groupBy(pages, ({ tab, inc }) => `${tab}#${inc}`);
  const newest = new Map([...loads.values()].flatMap((rows) => (rows[0] ? [[rows[0].tab, rows] as const] : [])));
  const stopped = [...newest].filter(([tab, rows]) => alive?.includes(tab) !== true && rows.every(({ k }) => k !== 'P.stop'));
  const stops = stopped.map(([tab, rows]) => ({ k: 'P.stop', t, tab, inc: rows[0]?.inc, how: 'closed' }));
  if (!truth) return stops;
  const living = [...newest].filter(([tab, rows]) => alive?.includes(tab) === true && rows.every(({ k }) => k !== 'P.stop'));
  const reads = living.flatMap(([, rows]) => {
    const last = new Map(rows.filter(({ k }) => k === 'P.read').map((row) => [row.orderID, row]));
    return [...last.values()].map((row) => ({ ...row, t }));
  });
  const tenants = new Set(pages.map(({ tenant }) => tenant).filter((tenant) => tenant !== undefined));
  const documents = truth.flatMap((document) => [...tenants].map((tenant) => ({ k: 'S.doc', t, tenant, ...document })));
  return [...stops, ...documents, ...reads];
}
