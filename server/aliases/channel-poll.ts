// `GET /api/realtime/poll` of document 004: whether something happened on a channel, for readers that have no stream. It walks the same log with the
// same cursor and the same visibility as a batch does, and is counted by a limit of its own: pollers forget to stop.
import { channelEventsOf, isFor, type ChannelPayload, type ChannelSource } from '../../src/core/channel-events.ts';
import { CHANNEL_NAMESPACES, COLLECTION_OF, isEventName, parseChannel, type Channel } from '../../src/core/channel-names.ts';
import { canSee } from '../../src/domain/visibility.ts';
import type { Order } from '../../src/domain/order.ts';
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Role } from '../../src/protocol/http.ts';
import { isObject } from '../../src/protocol/json.ts';
import { type App, jsonAnswer, queryOf, type RequestContext } from '../http-context.ts';
import { LIMITS, POLL_AFTER_MS } from '../limits.ts';
import { memberOf } from '../presence/member.ts';
import { HttpProblem } from '../problem.ts';
import { createMeter, type RateLimits } from '../rate-limits.ts';
import type { DocumentStore } from '../store/document-store.ts';
import { readBatch } from '../sync/batch.ts';
import { judgeCursor } from '../sync/cursor-verdict.ts';
import type { LogStore } from '../sync/log-store.ts';

export interface ChannelPollDeps {
  readonly log: LogStore;
  readonly documents: DocumentStore;
  readonly now: () => number;
  /** Null: nobody is held back. */
  readonly rates: RateLimits | null;
}

/** Of one user and device; three channels a second for a minute. */
const POLLS = { requests: 1_800, seconds: 60 } as const;
/** Answers kept for others who ask the same; the oldest goes. */
const KEPT = 500;
const NO_STORE = { 'Cache-Control': 'no-store', Vary: 'Accept-Encoding, Authorization, Cookie' } as const;
const NO_FILTER = { orderIds: null, eventTypes: null } as const;

interface Found {
  readonly payload: ChannelPayload | null;
  readonly cursor: string;
  readonly hasMore: boolean;
}

interface Reader {
  readonly tenant: string;
  readonly role: Role;
  readonly visibleFrom: number;
}

interface Question {
  readonly channel: Channel;
  readonly event: string | null;
  /** What the reader had seen; null = it begins, and is told the newest that there is. */
  readonly cursor: string | null;
}

export function routeChannelPoll(app: App, { log, documents, now, rates }: ChannelPollDeps): void {
  const meter = rates === null ? null : createMeter('polls', POLLS);
  const kept = new Map<string, Found>();

  function answer(context: RequestContext, question: Question): { readonly found: Found; readonly cached: boolean } {
    const { tenant, role, visibleFrom } = context.var.session;
    const key = JSON.stringify([tenant, role, visibleFrom, question, log.head(tenant)]);
    const known = kept.get(key);
    if (known) return { found: known, cached: true };
    const newest = find(log, context.var.session, question);
    const found = { ...newest, payload: withOrderStatus(newest.payload, (id) => documents.get(tenant, 'orders', id)?.doc ?? null) };
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, found);
    return { found, cached: false };
  }

  app.get('/api/realtime/poll', async (context) => {
    const { session } = context.var;
    await meter?.(context, JSON.stringify([session.tenant, session.user, memberOf(context).device]));
    const { found, cached } = answer(context, questionIn(queryOf(context), session.role));
    const { payload, cursor, hasMore } = found;
    const pollAfterMs = hasMore ? 0 : POLL_AFTER_MS;
    return jsonAnswer(context, JSON.stringify({ hasUpdate: payload !== null, payload, cached, timestamp: now(), cursor, hasMore, pollAfterMs }), NO_STORE);
  });
}

/** Throws for a channel that there isn't, or that the role doesn't see. */
function questionIn(query: URLSearchParams, role: Role): Question {
  const channel = parseChannel(query.get('channel') ?? '');
  const event = query.get('event');
  if (!channel) throw malformed('channel', `a namespace (${Object.values(CHANNEL_NAMESPACES).join(', ')}), with -<id> for one document`);
  if (event !== null && !isEventName(event)) throw malformed('event', 'a dotted name, as in order.updated');
  requireChannel(role, channel);
  const cursor = query.get('cursor') || null;
  if (cursor !== null && cursor.length > 2 * LIMITS.idLength) throw malformed('cursor', 'the cursor of the answer before');
  return { channel, event, cursor };
}

function requireChannel(role: Role, { namespace }: Channel): void {
  const collection = COLLECTION_OF[namespace];
  if (collection !== null && !canSee(role, collection)) throw new HttpProblem('auth/forbidden', `A ${role} doesn't see ${namespace}.`, { field: 'channel' });
}

function find(log: LogStore, reader: Reader, question: Question): Found {
  const from = placeOf(log, reader, question.cursor);
  const batch = readBatch(log, { tenant: reader.tenant, role: reader.role, filter: NO_FILTER, from });
  if (!batch) throw new HttpProblem('server/busy', 'The log moved on meanwhile: ask again.', { retryAfter: 1 });
  const { events, cursor, hasMore } = JSON.parse(batch.json) as { events: readonly ChannelSource[]; cursor: string; hasMore: boolean };
  return { payload: newestOf(events, question), cursor, hasMore };
}

/** A cursor that can't be continued from is no reason to be silent: the reader is told the newest that there is, and goes on from there. */
function placeOf(log: LogStore, reader: Reader, cursor: string | null): { readonly seq: number; readonly text: string } {
  const verdict = cursor === null ? null : judgeCursor(log, reader, cursor);
  if (verdict && 'from' in verdict) return verdict.from;
  const { epoch, seq } = log.head(reader.tenant);
  const begin = Math.max(log.floor(reader.tenant).seq, seq - LIMITS.pageEvents);
  return { seq: begin, text: formatCursor(epoch, begin, log.checkAt(reader.tenant, begin) ?? '') };
}

/** Document 004 reads the status of whatever happens to an order: where the event says none, it is the order's present one. */
function withOrderStatus(payload: ChannelPayload | null, orderOf: (id: string) => Order | null): ChannelPayload | null {
  const told = payload?.['order'];
  if (!payload || !isObject(told) || typeof told['id'] !== 'string' || told['status'] !== undefined) return payload;
  const order = orderOf(told['id']);
  return order ? { ...payload, order: { ...told, status: order.stage.toUpperCase() } } : payload;
}

function newestOf(events: readonly ChannelSource[], { channel, event: name }: Question): ChannelPayload | null {
  for (const event of events.toReversed()) {
    const told = channelEventsOf(event).filter((one) => isFor(one, channel, name));
    const last = told.at(-1);
    if (last) return last.payload;
  }
  return null;
}

function malformed(field: string, expected: string): HttpProblem {
  return new HttpProblem('request/malformed', `${field} can't be used.`, { field, expected });
}
