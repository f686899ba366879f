// A server that knows no cursors (bare mode: the first documents' format), followed like any other: its events are numbered on this device, in an epoch of its own, so
// that what stands on the log (one connection, many tabs, history, consumers) needs to know nothing of it. What may have been missed can't be known, so each
// connection asks components to fetch everything again. It must never tell a server of places that it didn't make. Loaded when such a server is met.
import { readBareEvent } from '../core/bare-event.ts';
import { BARE_EPOCH, formatCursor, parseCursor } from '../protocol/cursor.ts';
import { decodeMessage, toEvent, type EventBounds, type Hello, type StreamMessage, type WireMessage } from '../protocol/event.ts';
import { REFETCH_NOTICE } from '../protocol/frame.ts';
import type { Snapshot } from '../protocol/http.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Identity, PollEnd, StreamEnd, StreamListener, StreamTransport } from './contract.ts';
import type { RestDeps } from './exchange.ts';
import { createLazySnapshots } from './lazy-snapshots.ts';
import { createSseTransport, type SseTransportDeps } from './sse.ts';

/** How long a server is assumed to know a write again that says nothing of it: a day, as ours does. */
const IDEMPOTENCY_MS = 86_400_000;
/** There is no log whose history a hash could stand for. */
const CHECK = '00000000';
/** Ids that are remembered of a server, so that what it sends twice is told once, over reconnects too. */
const KNOWN_IDS = 1_000;
const knownOf = new WeakMap<SseTransportDeps, Set<string>>();

type StreamRequest = Parameters<StreamTransport['stream']>[0];
type Listener = Pick<StreamListener, 'message'>;

/** What its stream brings as it came; it is read below, where it is known what came before. */
const asItCame = ({ type, data, id }: WireMessage): StreamMessage => ({ kind: 'transient', eventType: type, data: { data, id } });

/** A stream of such a server from the committed cursor of this device. A server that greets with an epoch has learned ours: that is a resync. */
export function streamBare(deps: SseTransportDeps, request: StreamRequest, listener: StreamListener, signal: AbortSignal): Promise<StreamEnd> {
  const read = createReader(deps, request, listener);
  const message = (came: StreamMessage): void | Promise<void> => (came.kind === 'transient' ? read(wireOf(came)) : listener.message(came));
  return createSseTransport({ ...deps, decode: asItCame }).stream({ ...request, cursor: '' }, { ...listener, message }, signal);
}

/** Without a stream nothing can be asked for but whether the server is there: then components fetch by themselves. */
export async function pollBare(
  deps: RestDeps,
  { identity }: Pick<StreamRequest, 'identity'>,
  listener: Omit<StreamListener, 'retryField'>,
  signal: AbortSignal,
): Promise<PollEnd> {
  const answer = await createLazySnapshots(deps).snapshot(identity, [], signal);
  if ('failed' in answer && answer.failed.kind !== 'wrong-answer') return answer.failed;
  listener.opened();
  listener.bytes();
  await listener.message('snapshot' in answer ? LEARNED : REFETCH);
  return { kind: 'polled', cursor: null, isMore: false, pollAfterMs: null, etag: null };
}

/** Where there is no snapshot: the beginning of a log of this device's own, if a stream of this server greets without an epoch; else null. */
export async function beginBare(deps: RestDeps, identity: Identity, documents: Snapshot['documents'], signal: AbortSignal): Promise<Snapshot | null> {
  const { clock, policy } = deps;
  const asked = new AbortController();
  const cancel = clock.after(policy.helloMs, () => asked.abort());
  let isBare = false;
  const message = (came: StreamMessage): void => {
    isBare = came.kind === 'transient' && !isHello(wireOf(came), boundsOf(deps));
    asked.abort();
  };
  const listener = { opened() {}, bytes() {}, retryField() {}, message };
  const request = { identity, term: 0, cursor: '' };
  await createSseTransport({ ...deps, log: deps.log ?? SILENT, decode: asItCame }).stream(request, listener, AbortSignal.any([signal, asked.signal]));
  cancel();
  const epoch = BARE_EPOCH + clock.now().toString(36);
  return isBare ? { cursor: formatCursor(epoch, 0, CHECK), serverTime: new Date(clock.now()).toISOString(), documents, missing: [] } : null;
}

const SILENT = { error() {}, info() {}, debug() {} };
const REFETCH: StreamMessage = { kind: 'transient', eventType: REFETCH_NOTICE, data: {} };
const LEARNED: StreamMessage = { kind: 'resync', reason: 'unknown' };

function boundsOf({ policy }: Pick<RestDeps, 'policy'>): EventBounds {
  return { maxDepth: policy.eventDepth, maxIdLength: policy.idLength };
}

function wireOf({ eventType: type, data: { data, id } }: Extract<StreamMessage, { kind: 'transient' }>): WireMessage {
  return { type, data: typeof data === 'string' ? data : '', id: typeof id === 'string' ? id : null };
}

function isHello(wire: WireMessage, bounds: EventBounds): boolean {
  return wire.type === 'connected' && decodeMessage(wire, bounds).kind === 'hello';
}

/** Reads one stream. The first message greets, whatever it is. */
function createReader(deps: SseTransportDeps, { identity, cursor }: StreamRequest, listener: Listener): (wire: WireMessage) => void | Promise<void> {
  const bounds = boundsOf(deps);
  const known = knownOf.get(deps) ?? new Set();
  knownOf.set(deps, known);
  const { epoch = '', seq = 0 } = parseCursor(cursor) ?? {};
  let at = seq;
  let isGreeted = false;
  const place = (number: number): string => formatCursor(epoch, number, CHECK);

  async function greet(): Promise<void> {
    isGreeted = true;
    await listener.message({ kind: 'hello', hello: helloOf(identity, { epoch, cursor: place(at) }, deps) });
    await listener.message(REFETCH);
  }

  /** The event at its place. What came before has the place where this reader stands already, and is counted like any duplicate. */
  function numbered(wire: WireMessage): StreamMessage {
    const event = readBareEvent(wire.type, wire.data, identity.tenant, deps.clock.now());
    const given = event?.id || wire.id || null;
    const next = given !== null && known.has(given) ? at : at + 1;
    const whole = event && toEvent({ ...event, id: place(next), prev: place(at) }, bounds);
    if (!whole) return { kind: 'refused', reason: 'wrong-type', id: null, prev: null };
    at = next;
    if (given !== null) remember(known, given);
    return { kind: 'event', event: whole };
  }

  return async (wire) => {
    if (!isGreeted && isHello(wire, bounds)) return listener.message(LEARNED);
    if (!isGreeted) await greet();
    if (wire.type !== 'connected' && wire.type !== 'heartbeat') return listener.message(refusal(wire, bounds) ?? numbered(wire));
  };
}

/** What is refused of any server: no object, too deep, keys that pollute prototypes. Null for what can be read, whatever it lacks. */
function refusal(wire: WireMessage, bounds: EventBounds): StreamMessage | null {
  const judged = decodeMessage({ ...wire, type: 'message', id: null }, bounds);
  const isOfThisFormat = judged.kind !== 'refused' || judged.reason === 'no-id' || judged.reason === 'id-mismatch' || judged.reason === 'wrong-type';
  return isOfThisFormat ? null : judged;
}

function remember(known: Set<string>, id: string): void {
  known.add(id);
  if (known.size > KNOWN_IDS) known.delete(known.values().next().value ?? '');
}

/** What a server of ours would have said; its heartbeats are those that pages assume. */
function helloOf({ tenant, user }: Identity, { epoch, cursor }: Pick<Hello, 'epoch' | 'cursor'>, { clock, policy }: SseTransportDeps): Hello {
  return {
    ...{ clientId: '', protocol: PROTOCOL_VERSION, epoch, cursor, oldest: cursor, heartbeatMs: 0, tenant, user },
    ...{ idempotencyMs: IDEMPOTENCY_MS, spreadMs: policy.firstDelayMs, serverTime: new Date(clock.now()).toISOString() },
  };
}
