// One open event stream: hello, replay to the fence, then live, with heartbeats and checkpoints, until somebody ends it.
// Whatever it does, a reader is sent each record after its cursor once and in order, or the stream ends.
import { formatCursor } from '../../src/protocol/cursor.ts';
import type { Hello, ResyncReason } from '../../src/protocol/event.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { LIMITS, spreadMs } from '../limits.ts';
import type { Standing } from '../auth/standing.ts';
import type { CursorVerdict } from './cursor-verdict.ts';
import type { Filter } from './filter.ts';
import type { Hub, OpenStream, StreamOwner } from './hub.ts';
import type { LogRecord, LogStore } from './log-store.ts';
import { createReader, type Delivery, type Reader } from './reader.ts';
import { toWire, type SseMessage, type SseSink } from './sse-sink.ts';

export interface StreamDeps {
  readonly log: LogStore;
  readonly hub: Hub;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly heartbeatMs: number;
  /** At most one checkpoint in this time. */
  readonly checkpointMs: number;
  /** A reader that has taken nothing for this long although there was something is cut. */
  readonly stalledReaderMs: number;
  /** Where an unexpected failure is told. */
  readonly fail: (message: string, error: unknown) => void;
  /** Whether the reader may still read, asked at every heartbeat, and every `watchMs` where those are rarer. */
  readonly standing: (owner: StreamOwner) => Standing;
}

export interface StreamRequest {
  readonly owner: StreamOwner;
  readonly clientId: string;
  readonly filter: Filter;
  /** Judges the reader's cursor; null = it has none and wants live events only. Asked once the stream hears of commits. */
  readonly judge: (() => CursorVerdict) | null;
}

/** Runs the stream to its end. Resolves when it is live, or over. */
export async function runStream(deps: StreamDeps, request: StreamRequest, sink: SseSink): Promise<void> {
  const { log, hub } = deps;
  const { owner } = request;
  const epoch = log.head(owner.tenant).epoch;
  const openedAt = deps.now();
  // null: live. Otherwise the records that came while the log was replayed.
  let waiting: LogRecord[] | null = [];
  let hasOverflowed = false;
  let sentEvents = 0;
  let checkpointAt = 0;
  let isEnding = false;
  let reader: Reader | null = null;

  const stream: OpenStream = {
    owner,
    status: () => {
      const { sessionId: _secret, endsAt: _ends, ...visible } = owner;
      return { ...visible, clientId: request.clientId, openedAt: new Date(openedAt).toISOString(), bytesQueued: sink.bytesQueued, sentEvents };
    },
    hear,
    hint,
    rotate: (rotate) => say({ type: 'rotate', data: JSON.stringify(rotate) }),
    resync,
    end,
  };

  function hear(record: LogRecord): void {
    if (isEnding) return;
    if (waiting === null) return sendLive(record);
    if (waiting.length < LIMITS.replayBuffer) waiting.push(record);
    else hasOverflowed = true;
  }

  /** A filter that names types asked for none of these. */
  function hint(wire: Buffer, orderID: string): boolean {
    const { eventTypes, orderIds } = request.filter;
    if (eventTypes !== null || orderIds?.has(orderID) === false) return true;
    if (isEnding || waiting !== null || sink.bytesQueued > LIMITS.hintBytes) return false;
    sink.send(wire);
    return true;
  }

  function sendLive(record: LogRecord): void {
    if (!reader || record.seq <= reader.seq) return;
    // Somebody wrote without saying so (another process on the file): the log has what is missing.
    if (record.seq > reader.seq + 1) return catchUp(reader);
    const delivery = reader.take(record);
    if (delivery) {
      sink.send(delivery.wire());
      sentEvents++;
    } else if (performance.now() >= checkpointAt) sendCheckpoint();
    if (sink.bytesQueued > LIMITS.readerBytes) cut();
  }

  function say(message: SseMessage): void {
    sink.send(toWire(message));
  }

  function sendAll(deliveries: readonly Delivery[]): void {
    sink.send(...deliveries.map((delivery) => delivery.wire()));
    sentEvents += deliveries.length;
  }

  function sendCheckpoint(): void {
    const checkpoint = reader?.checkpoint();
    if (!checkpoint) return;
    checkpointAt = performance.now() + deps.checkpointMs;
    say({ id: checkpoint.id, type: 'checkpoint', data: JSON.stringify(checkpoint) });
  }

  /** The reader may still read, and does: else the stream ends here. */
  function isWelcome(): boolean {
    const standing = deps.standing(owner);
    if (standing === 'ended') end();
    else if (standing === 'role-changed') resync('permissions');
    else if (sink.stalledMs() > deps.stalledReaderMs) cut();
    return !isEnding;
  }

  function beat(): void {
    if (isEnding || !isWelcome()) return;
    if (performance.now() >= checkpointAt && waiting === null) sendCheckpoint();
    const serverTime = new Date(deps.now()).toISOString();
    if (reader) say({ type: 'heartbeat', data: JSON.stringify({ cursor: reader.lastSent, serverTime }) });
  }

  /** For timers, above which nobody catches: a session can't be prolonged on a full disk, and only this stream ends of it. */
  function guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      deps.fail('stream failed', error);
      cut();
    }
  }

  function resync(reason: ResyncReason): void {
    say({ type: 'resync', data: JSON.stringify({ reason }) });
    end();
  }

  function end(): void {
    isEnding = true;
    sink.end();
  }

  function cut(): void {
    isEnding = true;
    hub.countCut();
    sink.cut();
  }

  function hello(cursor: string): SseMessage {
    const oldest = log.floor(owner.tenant);
    const body: Hello = {
      clientId: request.clientId,
      protocol: PROTOCOL_VERSION,
      epoch,
      cursor,
      oldest: formatCursor(epoch, oldest.seq, oldest.check),
      heartbeatMs: deps.heartbeatMs,
      idempotencyMs: LIMITS.idempotencyMs,
      spreadMs: spreadMs(hub.clients),
      serverTime: new Date(deps.now()).toISOString(),
      tenant: owner.tenant,
      user: owner.user,
    };
    return { type: 'connected', data: JSON.stringify(body) };
  }

  /** Sends what lies between the reader and the fence. False: the stream is over. */
  async function replay(from: Reader, fence: number): Promise<boolean> {
    while (from.seq < fence && !isEnding) {
      const page = log.since(owner.tenant, from.seq, LIMITS.pageEvents, LIMITS.sliceBytes);
      if (page[0]?.seq !== from.seq + 1) {
        resync('expired');
        return false;
      }
      sendAll(page.flatMap((record) => from.take(record) ?? []));
      if (!(await sink.drain(deps.stalledReaderMs))) {
        if (!sink.signal.aborted) cut();
        return false;
      }
      await nextTurn();
    }
    return !isEnding;
  }

  /** Goes live behind the fence; false when too much came in the meantime to have been held, so that the log must be read again. */
  function goLive(from: Reader, fence: number): boolean {
    const held = waiting ?? [];
    if (hasOverflowed) {
      waiting = [];
      hasOverflowed = false;
      return false;
    }
    waiting = null;
    sendAll(held.filter((record) => record.seq > Math.max(fence, from.seq)).flatMap((record) => from.take(record) ?? []));
    sendCheckpoint();
    return true;
  }

  async function follow(from: Reader): Promise<void> {
    for (;;) {
      const fence = log.head(owner.tenant).seq;
      if (!(await replay(from, fence)) || goLive(from, fence)) return;
    }
  }

  if (sink.signal.aborted) return;
  function catchUp(from: Reader): void {
    waiting = [];
    follow(from).catch((error: unknown) => {
      deps.fail('stream failed', error);
      cut();
    });
  }

  hub.join(stream, sink.signal);
  const head = log.head(owner.tenant);
  const headCursor = formatCursor(epoch, head.seq, head.check);
  const verdict = request.judge?.() ?? { from: { seq: head.seq, text: headCursor } };
  if ('resync' in verdict) {
    say(hello(headCursor));
    return resync(verdict.resync);
  }
  reader = createReader({ epoch, role: owner.role, filter: request.filter, from: verdict.from });
  say(hello(verdict.from.text));
  const heart = setInterval(() => guard(beat), deps.heartbeatMs);
  const watch = deps.heartbeatMs > LIMITS.watchMs ? setInterval(() => guard(() => isEnding || isWelcome()), LIMITS.watchMs) : undefined;
  const rest = () => {
    clearInterval(heart);
    clearInterval(watch);
  };
  sink.signal.addEventListener('abort', rest, { once: true });
  await follow(reader);
}

/** Between two pages other requests get their turn: a page is read synchronously. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
