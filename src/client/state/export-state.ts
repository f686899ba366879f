// Export and import of a page's state as JSON, in the format of the first documents (document 001). What comes in is bounded and checked field by
// field: it sets options and history, and never moves a position. Loaded when somebody exports or imports.
import type { SyncEvent } from '../../protocol/event.ts';
import { parseCursor } from '../../protocol/cursor.ts';
import { findHostileJson } from '../../protocol/hostile-json.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import type { Preferences } from '../../protocol/rpc.ts';
import type { Policy } from '../../core/policy.ts';
import { wireType } from '../../core/event-names.ts';
import { NOTE_RECEIVED, readReceipts, receiptOf } from '../../core/receipts.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { SyncConfiguration } from './configuration.ts';
import type { Notes } from '../../store/contract.ts';
import { isOption, isText, isWithin, OPTION_NAMES } from './configuration-checks.ts';
import { NO_BASELINE, type MetricsBaseline, type StateFacts } from './exported-state.ts';

const VERSION = '1.0.0';
/** Longest text that is taken, and most events of it; the newest stay. */
const MOST_CHARACTERS = 8_388_608;
const MOST_EVENTS = 5_000;

/** What this page knows of live events, and behind it what engines noted of those that it read from disk. */
export async function withKept(live: StateFacts['receipts'], notes: Notes | null): Promise<StateFacts['receipts']> {
  const kept = readReceipts(await notes?.get(NOTE_RECEIVED).catch(() => null));
  return { get: (event) => live.get(event) ?? receiptOf(kept, event) };
}

/** The present state as JSON text. `receivedAt` and `source` are null where nobody has noted them. */
export function describeState(facts: StateFacts): string {
  const { configuration, events, health, baseline } = facts;
  return JSON.stringify({
    events: events.map((event) => toRow(event, facts)),
    configuration,
    preferences: { transport: health.transport },
    lastConnectionTime: isoTime(health.lastByteAt),
    connectionMetrics: {
      totalConnections: (health.counters['totalConnections'] ?? 0) + baseline.totalConnections,
      totalEvents: health.totalEvents + baseline.totalEvents,
      uptime: health.uptime + baseline.uptime,
    },
    lastEventId: events.at(-1)?.id ?? null,
    version: VERSION,
  });
}

function toRow(event: SyncEvent, { receipts, position, acknowledged }: StateFacts): object {
  const { id, eventType, data, orderID, timestamp } = event;
  const receipt = receipts.get(event);
  const seq = parseCursor(id)?.seq ?? 0;
  const metadata = {
    receivedAt: receipt ? isoTime(receipt.receivedAt) : null,
    source: receipt?.source ?? null,
    processed: position !== null && seq <= position.seq,
    acknowledged: acknowledged !== null && seq <= acknowledged.seq,
  };
  return { id, eventType, data, orderID, timestamp, metadata };
}

function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** What an import sets. */
export interface ImportedState {
  readonly configuration: Partial<SyncConfiguration>;
  readonly preferences: Preferences | null;
  readonly metrics: MetricsBaseline | null;
  readonly events: readonly SyncEvent[];
}

/** Reads exported text. Fails with `protocol/malformed`, and then nothing of it is taken. Unknown fields are left out. */
export function readState(json: string, { policy, tenant }: { readonly policy: Policy; readonly tenant: string }): ImportedState {
  const { events = [], configuration = {}, preferences, connectionMetrics } = readObject(json, policy);
  if (!Array.isArray(events) || !isObject(configuration)) throw malformed('without a list of events or a configuration');
  return {
    configuration: readConfiguration(configuration),
    preferences: isObject(preferences) ? { transport: preferences['transport'] === 'polling' ? 'polling' : 'auto' } : null,
    metrics: isObject(connectionMetrics) ? readMetrics(connectionMetrics) : null,
    events: events.slice(-MOST_EVENTS).map((event) => readEvent(event, { policy, tenant })),
  };
}

function readObject(json: string, policy: Policy): Record<string, unknown> {
  if (typeof json !== 'string' || json.length > MOST_CHARACTERS) throw malformed(`more than ${MOST_CHARACTERS} characters, or no text`);
  const state = parse(json);
  if (!isObject(state)) throw malformed('no JSON object');
  if (findHostileJson(state, policy.eventDepth) !== null) throw malformed('nested too deep, or with keys that no export has');
  const { version } = state;
  if (typeof version !== 'string' || !version.startsWith('1.')) throw malformed('of another version');
  return state;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw malformed('no JSON');
  }
}

function malformed(why: string): SyncError {
  return new SyncError('protocol/malformed', `This is not an exported state: ${why}. Nothing of it was taken over.`);
}

/** An option that isn't what it must be is a mistake of the file, not a default. */
function readConfiguration(given: Record<string, unknown>): Partial<SyncConfiguration> {
  const named = OPTION_NAMES.filter((key) => given[key] !== undefined);
  const wrong = named.find((key) => !isOption(key, given[key]));
  if (wrong) throw malformed(`the option ${wrong} can't be what it says`);
  return Object.fromEntries(named.map((key) => [key, given[key]]));
}

function readMetrics(given: Record<string, unknown>): MetricsBaseline {
  const count = (key: keyof MetricsBaseline): number => {
    const value = given[key] ?? 0;
    if (!isWithin(value, 0, Number.MAX_SAFE_INTEGER)) throw malformed(`the metric ${key} is no count`);
    return value as number;
  };
  return { ...NO_BASELINE, totalConnections: count('totalConnections'), totalEvents: count('totalEvents'), uptime: count('uptime') };
}

/** History for people to look at: it follows nothing, changes no document and belongs to this scope's tenant. */
function readEvent(given: unknown, { policy, tenant }: { readonly policy: Policy; readonly tenant: string }): SyncEvent {
  if (!isObject(given)) throw malformed('an event is no object');
  const { id, eventType, data, orderID = null, timestamp } = given;
  const isWhole = isText(id) && isText(eventType) && isObject(data) && (orderID === null || isText(orderID));
  if (!isWhole || typeof timestamp !== 'string' || !Number.isFinite(Date.parse(timestamp))) throw malformed('an event lacks what events have');
  if (id.length > policy.idLength * 2) throw malformed('an id is longer than ids are');
  return { id, prev: '', eventType: wireType(eventType), data: data as JsonObject, orderID, timestamp, tenant, actor: null, mutationId: null, changes: [] };
}
