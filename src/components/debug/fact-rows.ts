// The panel's facts as rows of name and value: what the engine said last, and where page and disk stand. Pure.
import { parseCursor } from '../../protocol/cursor.ts';
import type { Beat, ConnectionReport } from '../../protocol/frame.ts';
import { count, shortId, span, time } from './debug-format.ts';
import { livingTabs } from './tab-list.ts';
import type { DebugView } from './use-debug-facts.ts';

/** `isOdd`: worth a look. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly isOdd?: boolean;
}

/** `nowMs` wall clock. */
export function engineFacts({ health, beat, tabs }: DebugView, nowMs: number): readonly Fact[] {
  return [
    ...(beat ? connectionFacts(beat.report) : []),
    { name: 'Reason', value: health.reason ?? 'none', isOdd: health.reason !== null },
    { name: 'Next try', value: health.retryAt === null ? 'none planned' : `in ${span(health.retryAt - nowMs)}` },
    ...(health.hostReason === null ? [] : [{ name: 'Host chosen for', value: health.hostReason }]),
    ...health.warnings.map(({ code }) => ({ name: 'Warning', value: code, isOdd: true })),
    ...(beat ? hostFacts(beat, beat.counters['pages'] ?? livingTabs(tabs, nowMs).length) : [{ name: 'Engine', value: 'none heard', isOdd: true }]),
  ];
}

function connectionFacts({ breaker, transport, pollMs, isWoken }: ConnectionReport): readonly Fact[] {
  const wish = transport === 'polling' ? 'polling, as chosen here' : 'stream, then polling';
  return [
    { name: 'Breaker', value: breaker, isOdd: breaker !== 'closed' },
    { name: 'Transport', value: pollMs === null ? wish : `${wish}, every ${span(pollMs)}${isWoken ? ', woken by Pusher' : ''}` },
  ];
}

/** A term is the wall clock at which its engine began, or one more than the last. */
function hostFacts({ engine, term, phase, build, host, durable, storage }: Beat, tabs: number): readonly Fact[] {
  return [
    { name: 'Host', value: `${host}, ${count(tabs)} ${tabs === 1 ? 'tab' : 'tabs'}` },
    { name: 'Engine', value: `${shortId(engine)}, ${phase}`, isOdd: phase !== 'live' },
    { name: 'Build', value: build },
    { name: 'Term', value: String(term) },
    { name: 'Leads since', value: time(term) },
    { name: 'Kept', value: durable ? 'on disk' : 'in memory only', isOdd: !durable },
    ...(typeof storage?.['code'] === 'string' ? [{ name: 'Storage', value: storage['code'], isOdd: true }] : []),
  ];
}

export function positionFacts({ health, storage, tabs, page, log }: DebugView, nowMs: number): readonly Fact[] {
  return [
    { name: 'Page at', value: pageText({ tabs, page, log }) },
    ...diskFacts(storage?.disk ?? null),
    { name: 'Last byte', value: health.lastByteAt === null ? 'none yet' : `${time(health.lastByteAt)}, ${span(nowMs - health.lastByteAt)} ago` },
    { name: 'Delivered to this page', value: count(health.updates) },
    { name: 'Events, all sessions', value: count(health.totalEvents) },
    { name: 'Connected, all sessions', value: span(health.uptime) },
    { name: 'Refused events', value: count(health.refusedEvents), isOdd: health.refusedEvents > 0 },
    { name: 'Trace records', value: count(log.count) },
  ];
}

/** As the page's lease says it, every few seconds; before the first, and in between, the trace may know more. */
function pageText({ tabs, page, log }: Pick<DebugView, 'tabs' | 'page' | 'log'>): string {
  const said = tabs.find((tab) => tab.page === page)?.position ?? null;
  const traced = log.kept.findLast(({ record }) => record.k === 'P.deliver' || record.k === 'P.base')?.record['seq'];
  const seq = Math.max(said?.seq ?? -1, typeof traced === 'number' ? traced : -1);
  if (seq < 0) return 'nowhere yet';
  return said ? `${seq}, run ${shortId(said.run)}` : String(seq);
}

function diskFacts(disk: NonNullable<DebugView['storage']>['disk']): readonly Fact[] {
  const cursor = parseCursor(disk?.cursor ?? null);
  if (!disk || !cursor) return [{ name: 'Disk at', value: 'nothing kept' }];
  return [
    { name: 'Disk at', value: `${cursor.seq}, run ${shortId(disk.run)}` },
    { name: 'Epoch', value: shortId(cursor.epoch) },
    { name: 'Oldest kept', value: count(disk.floor + 1) },
  ];
}

/** Every counter that the engine keeps, then events by type. */
export function counterFacts({ health }: DebugView): readonly Fact[] {
  const rows = Object.entries(health.counters).toSorted(([a], [b]) => a.localeCompare(b));
  const types = Object.entries(health.eventCounts).toSorted(([, a], [, b]) => b - a);
  return [...rows.map(([name, value]) => ({ name, value: count(value) })), ...types.map(([type, value]) => ({ name: `event ${type}`, value: count(value) }))];
}
