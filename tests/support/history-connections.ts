// R12: one connection a scope, and one leader after another. Judged from the wire, from the server's own count of streams, and from
// the terms that pages heard.
import type { Violation } from './verdict.ts';
import type { History, PageRecord, StreamSample } from './tape.ts';
import type { WireRecord } from './fault-proxy.ts';

/** Two streams of one scope may overlap this long: the old one's end may travel slower than the new one's beginning. */
const HANDOVER_MS = 2_000;

export function checkConnections({ pages, wire = [], streams = [] }: History): Violation[] {
  return [...checkTerms(pages), ...checkOverlap(wire), ...checkCount(streams)];
}

/** Each engine has a term of its own, and who leads later has a higher one. */
function checkTerms(pages: readonly PageRecord[]): Violation[] {
  const scopes = new Map(pages.filter(({ k }) => k === 'P.start').map(({ tab, inc, tenant, user }) => [`${tab}#${inc}`, `${tenant}/${user}`]));
  const heard = pages.filter(({ k, term }) => k === 'H.leader' && Number(term) > 0);
  return [...Map.groupBy(heard, ({ tab, inc }) => scopes.get(`${tab}#${inc}`))].flatMap(([scope, records]) => {
    const engines = [...Map.groupBy(records, ({ engine }) => String(engine))].map(([engine, rows]) => ({
      engine,
      first: Math.min(...rows.map(({ t }) => t)),
      term: Math.max(...rows.map(({ term }) => Number(term))),
    }));
    const inTime = engines.toSorted((a, b) => a.first - b.first);
    const wrong = inTime.filter(({ term }, at) => at > 0 && term <= (inTime[at - 1]?.term ?? 0));
    return wrong.map(({ engine, term }): Violation => ({
      rule: 'R12',
      where: String(scope),
      detail: `engine ${engine} leads with term ${term}, which isn't higher than the one before`,
    }));
  });
}

function checkOverlap(wire: readonly WireRecord[]): Violation[] {
  const closed = new Map(wire.flatMap((record) => (record.k === 'W.close' ? [[record.conn, record.t]] : [])));
  const opens = wire.flatMap((record) => (record.k === 'W.open' && record.device !== '' ? [{ ...record, end: closed.get(record.conn) ?? Infinity }] : []));
  return opens.flatMap((open, at) =>
    opens
      .slice(0, at)
      .filter((other) => other.device === open.device && other.tenant === open.tenant && Math.min(other.end, open.end) - open.t > HANDOVER_MS)
      .map((other): Violation => ({ rule: 'R12', where: open.device, detail: `streams ${other.conn} and ${open.conn} were open at once` })),
  );
}

/** More than one stream of a user's device in samples that span longer than a handover. */
function checkCount(samples: readonly StreamSample[]): Violation[] {
  let since: number | null = null;
  const violations: Violation[] = [];
  for (const { t, streams } of samples) {
    const most = Math.max(0, ...[...Map.groupBy(streams, ({ user, device }) => `${user}/${device}`).values()].map((rows) => rows.length));
    since = most > 1 ? (since ?? t) : null;
    if (since !== null && t - since > HANDOVER_MS)
      violations.push({ rule: 'R12', where: 'server', detail: `${most} streams of one device for ${t - since} ms` });
  }
  return violations;
}
