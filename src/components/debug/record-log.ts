// The log of the panel: the newest trace records, bounded, with a pause that lets nothing move and says what came meanwhile. Pure.
import type { TraceRecord } from '../../client/trace/trace.ts';

export interface LoggedRecord {
  /** Counts records of this panel. */
  readonly n: number;
  readonly record: TraceRecord;
}

export interface RecordLog {
  /** Oldest first; at most `MAX_RECORDS`. */
  readonly kept: readonly LoggedRecord[];
  /** What is shown while paused; null while running. */
  readonly frozen: readonly LoggedRecord[] | null;
  readonly count: number;
  /** Records that left the log to make room. */
  readonly dropped: number;
}

export const MAX_RECORDS = 500;
export const EMPTY_LOG: RecordLog = { kept: [], frozen: null, count: 0, dropped: 0 };

export const LOG_TOPICS = ['all', 'events', 'shown', 'connection', 'writes', 'engine'] as const;
export type LogTopic = (typeof LOG_TOPICS)[number];

const TOPICS: Readonly<Record<string, LogTopic>> = {
  'P.deliver': 'events',
  'P.read': 'shown',
  'P.health': 'connection',
  'P.base': 'events',
  'P.skipped': 'events',
  'P.write': 'writes',
  'P.ack': 'writes',
};

export function addRecords(log: RecordLog, records: readonly TraceRecord[]): RecordLog {
  if (records.length === 0) return log;
  const all = [...log.kept, ...records.map((record, index) => ({ n: log.count + index + 1, record }))];
  const kept = all.slice(-MAX_RECORDS);
  return { ...log, kept, count: log.count + records.length, dropped: log.dropped + all.length - kept.length };
}

export function pauseLog(log: RecordLog, isPaused: boolean): RecordLog {
  return { ...log, frozen: isPaused ? log.kept : null };
}

export function topicOf({ k }: TraceRecord): LogTopic {
  return TOPICS[k] ?? (k.startsWith('H.') ? 'engine' : 'connection');
}

/** Newest first; `text` is looked for in kind and values. */
export function shownRecords(log: RecordLog, topic: LogTopic, text: string): readonly LoggedRecord[] {
  const wanted = text.trim().toLowerCase();
  const source = log.frozen ?? log.kept;
  return source
    .filter(({ record }) => (topic === 'all' || topicOf(record) === topic) && (wanted === '' || lineOf(record).toLowerCase().includes(wanted)))
    .toReversed();
}

/** What stands in a row beside the kind. */
export function detailOf(record: TraceRecord): string {
  const { k, t: _t, page: _page, tenant: _tenant, user: _user, epoch: _epoch, hash: _hash, ...rest } = record;
  if (k === 'P.read') return `${String(rest['orderID'])} v${String(rest['version'])}`;
  if (k === 'P.deliver') return [rest['type'], rest['orderID'], rest['source']].filter((part) => typeof part === 'string').join(' ');
  return Object.entries(rest)
    .filter(([name, value]) => name !== 'seq' && name !== 'through' && isScalar(value))
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ');
}

/** The place in the log that a record speaks of; empty where it speaks of none. */
export function placeOf(record: TraceRecord): string {
  const place = record['seq'] ?? record['through'];
  return typeof place === 'number' ? String(place) : '';
}

function lineOf(record: TraceRecord): string {
  return `${record.k} ${detailOf(record)} ${placeOf(record)}`;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function short(value: unknown): string {
  const text = String(value);
  // Two random ids are told apart by their beginnings.
  return /^[0-9a-f-]{16,}$/.test(text) || text.length > 40 ? `${text.slice(0, 8)}…` : text;
}
