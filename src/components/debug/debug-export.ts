// What leaves the device when somebody asks for help: states, counts and places. A list of what may go, never of what may not: names,
// plates, prices, notes and whatever else an application writes into its documents can't be in it, because no row lets them through.
import type { Health } from '../../client/health/health.ts';
import type { TraceRecord } from '../../client/trace/trace.ts';
import type { Beat } from '../../protocol/frame.ts';
import type { StorageUse } from './storage-use.ts';
import type { TabRow } from './tab-list.ts';

export interface DebugFacts {
  readonly health: Health;
  readonly beat: Beat | null;
  readonly storage: StorageUse | null;
  readonly tabs: readonly TabRow[];
  readonly records: readonly TraceRecord[];
}

/** Fields of trace records that are words of the library itself, or numbers. */
const PLAIN = [
  'k',
  't',
  'seq',
  'through',
  'from',
  'to',
  'version',
  'term',
  'why',
  'state',
  'source',
  'host',
  'outcome',
  'how',
  'durable',
  'generation',
  'build',
];
/** Ids: random, or made by the application. Kept apart from each other, not readable. */
const IDS = ['page', 'engine', 'run', 'epoch', 'orderID', 'mutId'];

/** JSON data; `atMs` wall clock of the export. */
export function debugExport({ health, beat, storage, tabs, records }: DebugFacts, atMs: number) {
  const { connectionState, status, label, lastByteAt, retryAt, reason, updates, totalEvents, uptime, refusedEvents, counters } = health;
  return {
    holdfast: 'debug',
    v: 1,
    at: new Date(atMs).toISOString(),
    health: {
      connectionState,
      status,
      label,
      lastByteAt,
      retryAt,
      reason,
      error: health.error?.code ?? null,
      updates,
      totalEvents,
      uptime,
      refusedEvents,
      counters,
    },
    engine: beat && engineOf(beat),
    storage,
    tabs: tabs.map(({ page, isVisible, isHeld, position, build }) => ({ page: mask(page), isVisible, isHeld, seq: position?.seq ?? null, build })),
    log: records.map(safeRecord),
  };
}

function engineOf({ engine, term, phase, durable, build, host, report }: Beat) {
  const { state, reason, byteAgeMs, lastByteAt, heartbeatMs, retryInMs, attempt, breaker, transport, pollMs, isWoken = false } = report;
  const error = typeof report.error?.['code'] === 'string' ? report.error['code'] : null;
  return {
    engine: mask(engine),
    term,
    phase,
    durable,
    build,
    host,
    report: { state, reason, byteAgeMs, lastByteAt, heartbeatMs, retryInMs, attempt, breaker, transport, pollMs, isWoken, error },
  };
}

/** A record with nothing in it but what the lists let through. An event type is the server's word, and says nothing of a customer. */
export function safeRecord(record: TraceRecord): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    if (PLAIN.includes(name) && isShort(value)) safe[name] = value;
    if (IDS.includes(name) && typeof value === 'string') safe[name] = mask(value);
    if (name === 'type' && typeof value === 'string' && /^[a-z][a-z0-9_.]{0,63}$/.test(value)) safe[name] = value;
  }
  return safe;
}

/** The same id is the same eight digits within one export and the next, and can't be read back: FNV-1a. */
export function mask(id: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return `#${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** The library's own words are short and have no spaces. */
function isShort(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value === null || (typeof value === 'string' && /^[\w./:-]{0,40}$/.test(value));
}
