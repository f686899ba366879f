// The way between a server and one engine, as bad as networks and proxies are: late, lossy, doubling, replaying, reordering within a window of
// four, cut in the middle. It carries the wire form, so what arrives went through the real decoder. Implements the transport contract.
import { POLICY } from '../../src/core/policy.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { decodeMessage, type ResyncReason, type WireMessage } from '../../src/protocol/event.ts';
import type { Clock } from '../../src/platform/ports.ts';
import type { Polled, PollEnd, RestAnswer, StreamEnd, StreamListener, StreamTransport } from '../../src/transport/contract.ts';
import type { Rest } from './create-rest.ts';
import type { FakeTenant, Feed, ServerStream } from './fake-server.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Probabilities per message. All zero = a perfect line. */
export interface LinkFaults {
  lose: number;
  double: number;
  replayOld: number;
  reorder: number;
  refuse: number;
}

export const NO_FAULTS: LinkFaults = { lose: 0, double: 0, replayOld: 0, reorder: 0, refuse: 0 };

export interface NetworkDeps {
  readonly tenant: FakeTenant;
  readonly feed: Feed;
  readonly random: SeededRandom;
  readonly identity: { readonly tenant: string; readonly user: string };
  readonly heartbeatMs: number;
  readonly pollMs: number;
  /** Wall time of the server, ms. */
  readonly now: () => number;
}

export interface FakeNetwork {
  faults: LinkFaults;
  isUp: boolean;
  /** A proxy opens streams and lets nothing through; polls pass. */
  isMute: boolean;
  /** What every request is answered with; null = as it should be. */
  trouble: StreamEnd | null;
  /** The transports of one engine, whose clock decides when it hears anything. */
  connect(clock: Clock): { readonly stream: StreamTransport; readonly rest: Rest; cut(): void };
  /** The server wrote: whoever listens is sent it. */
  flush(): void;
  heartbeat(): void;
  checkpoint(): void;
  /** Every open stream ends: a restart, a proxy, a cable. */
  cutAll(): void;
  resyncAll(reason: ResyncReason): void;
  rotateAll(withinMs: number): void;
  /** Whoever polls and listens is told that there may be something new. */
  nudge(): void;
  openStreams(): number;
}

interface Line {
  readonly term: number;
  readonly clock: Clock;
  readonly source: ServerStream;
  readonly sent: WireMessage[];
  readonly pending: WireMessage[];
  readonly listener: StreamListener;
  readonly end: (how: StreamEnd) => void;
  isBusy: boolean;
  isOver: boolean;
}

const WINDOW = 4;
const OLD_MESSAGES = 12;
const BATCH = 6;
const BOUNDS = { maxDepth: POLICY.eventDepth, maxIdLength: POLICY.idLength };

export function createFakeNetwork({ tenant, feed, random, identity, heartbeatMs, pollMs, now }: NetworkDeps): FakeNetwork {
  const lines = new Set<Line>();
  const nudged = new Set<() => void>();
  let highestTerm = 0;
  const network: FakeNetwork = {
    faults: { ...NO_FAULTS },
    isUp: true,
    isMute: false,
    trouble: null,
    connect,
    flush: () => lines.forEach(pump),
    heartbeat: () => lines.forEach((line) => (pump(line), send(line, line.source.heartbeat()))),
    checkpoint: () => lines.forEach((line) => (pump(line), send(line, line.source.checkpoint()))),
    cutAll: () => lines.forEach((line) => line.end({ kind: 'reset' })),
    resyncAll: (reason) => lines.forEach((line) => send(line, { type: 'resync', id: null, data: JSON.stringify({ reason }) })),
    rotateAll: (reconnectWithinMs) =>
      lines.forEach((line) => send(line, { type: 'rotate', id: null, data: JSON.stringify({ reason: 'shutdown', reconnectWithinMs }) })),
    nudge: () => nudged.forEach((nudge) => nudge()),
    openStreams: () => lines.size,
  };

  const latency = (): number => (random.chance(0.1) ? random.int(300) : random.int(12));

  function connect(clock: Clock): ReturnType<FakeNetwork['connect']> {
    const own = new Set<Line>();
    const stream: StreamTransport = {
      stream: ({ cursor, term }, listener, signal) =>
        new Promise((resolve) => {
          clock.after(latency(), () => {
            const refusal = signal.aborted ? ({ kind: 'aborted' } as const) : refuse(term);
            if (refusal) return resolve(refusal);
            highestTerm = Math.max(highestTerm, term);
            // A newer engine of the device has come: the server closes the older one's stream.
            for (const line of [...lines]) if (line.term < term) line.end({ kind: 'reset' });
            const line = openLine({ cursor, term, clock, listener }, (how) => {
              own.delete(line);
              resolve(how);
            });
            own.add(line);
            signal.addEventListener('abort', () => line.end({ kind: 'aborted' }), { once: true });
          });
        }),
      poll: async (request, listener, signal) => pollOnce({ clock, signal }, request, listener),
      async wakeUps(_request, { nudge }, signal) {
        nudged.add(nudge);
        signal.addEventListener('abort', () => nudged.delete(nudge), { once: true });
      },
    };
    return { stream, rest: createRest(clock), cut: () => own.forEach((line) => line.end({ kind: 'reset' })) };
  }

  /** The answer is made at one moment and may be heard much later, as answers are. */
  async function pollOnce(
    { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
    { cursor, term }: { readonly cursor: string; readonly term: number },
    listener: Parameters<StreamTransport['poll']>[1],
  ): Promise<PollEnd> {
    const wait = (): Promise<void> => new Promise((resolve) => void clock.after(latency(), resolve));
    await wait();
    const refusal = refuse(term);
    if (refusal) return refusal;
    highestTerm = Math.max(highestTerm, term);
    const { messages, end } = batchFrom(cursor);
    await wait();
    if (random.chance(network.faults.lose)) return { kind: 'reset' };
    listener.opened();
    listener.bytes();
    for (const message of messages) {
      if (signal.aborted) return { kind: 'aborted' };
      await listener.message(decodeMessage(message, BOUNDS));
    }
    return end;
  }

  /** At most as many as the model's pages of the log, so that `isMore` happens. */
  function batchFrom(cursor: string): { readonly messages: WireMessage[]; readonly end: Polled } {
    const end = { kind: 'polled', cursor: null, isMore: false, pollAfterMs: pollMs, etag: null } as const;
    const reason = tenant.judge(cursor);
    if (reason) return { messages: [{ type: 'resync', id: null, data: JSON.stringify({ reason }) }], end };
    const source = tenant.open(cursor, feed);
    const messages: WireMessage[] = [];
    for (let next = source.next(); next; next = messages.length < BATCH ? source.next() : null) messages.push(next);
    const isMore = messages.length === BATCH && messages.at(-1)?.id !== tenant.head().cursor;
    const checkpoint = isMore ? null : source.checkpoint();
    if (checkpoint) messages.push(checkpoint);
    return { messages, end: { ...end, cursor: messages.at(-1)?.id ?? cursor, isMore } };
  }

  function refuse(term: number): StreamEnd | null {
    if (network.trouble) return network.trouble;
    if (!network.isUp || random.chance(network.faults.refuse)) return { kind: 'offline' };
    return term < highestTerm ? { kind: 'outdated' } : null;
  }

  function openLine({ cursor, term, clock, listener }: Pick<Line, 'term' | 'clock' | 'listener'> & { cursor: string }, over: (how: StreamEnd) => void): Line {
    const line: Line = {
      ...{ clock, term, source: tenant.open(cursor, feed), sent: [], pending: [], listener, isBusy: false, isOver: false },
      end(how) {
        if (line.isOver) return;
        line.isOver = true;
        lines.delete(line);
        // A close is heard when the owner's clock runs, like everything else.
        if (how.kind === 'aborted') over(how);
        else clock.after(latency(), () => over(how));
      },
    };
    listener.opened();
    const reason = tenant.judge(cursor);
    line.pending.push(hello());
    if (reason) line.pending.push({ type: 'resync', id: null, data: JSON.stringify({ reason }) });
    else lines.add(line);
    if (!reason) pump(line);
    deliverSoon(line);
    return line;
  }

  function hello(): WireMessage {
    const body = {
      clientId: 'c',
      protocol: PROTOCOL_VERSION,
      epoch: 'e',
      cursor: tenant.head().cursor,
      oldest: '',
      heartbeatMs,
      idempotencyMs: 0,
      spreadMs: 200,
      serverTime: new Date(now()).toISOString(),
      ...identity,
    };
    return { type: 'connected', id: null, data: JSON.stringify(body) };
  }

  function pump(line: Line): void {
    for (let message = line.source.next(); message; message = line.source.next()) send(line, message);
  }

  /** What the server says and what goes on its way are two things. */
  function send(line: Line, message: WireMessage | null): void {
    if (!message || line.isOver) return;
    const { lose, double, replayOld, reorder } = network.faults;
    if (replayOld > 0 && random.chance(replayOld) && line.sent.length > 0) line.pending.push(random.pick(line.sent));
    line.sent.push(message);
    if (line.sent.length > OLD_MESSAGES) line.sent.shift();
    if (random.chance(lose)) return;
    // Never before the hello, which stands first while nothing was delivered.
    const earliest = line.pending[0]?.type === 'connected' ? 1 : 0;
    const back = random.chance(reorder) ? random.int(WINDOW) : 0;
    line.pending.splice(Math.max(earliest, line.pending.length - back), 0, message);
    if (random.chance(double)) line.pending.push(message);
    deliverSoon(line);
  }

  function deliverSoon(line: Line): void {
    if (line.isBusy || line.isOver || line.pending.length === 0) return;
    if (network.isMute) return;
    line.isBusy = true;
    line.clock.after(latency(), () => void deliver(line));
  }

  /** One message at a time: while the reader is busy, the line waits. */
  async function deliver(line: Line): Promise<void> {
    const message = line.pending.shift();
    if (line.isOver || !message) return;
    line.listener.bytes();
    await line.listener.message(decodeMessage(message, BOUNDS));
    line.isBusy = false;
    deliverSoon(line);
  }

  function createRest(clock: Clock): Rest {
    const offline: { failed: StreamEnd } = { failed: { kind: 'offline' } };
    const wait = (): Promise<void> => new Promise((resolve) => void clock.after(latency(), resolve));
    return {
      send: (): Promise<RestAnswer> => Promise.reject(new TypeError('This network carries no writes')),
      async snapshot(_, ids) {
        await wait();
        if (network.trouble) return { failed: network.trouble };
        const isRefused = !network.isUp || random.chance(network.faults.refuse);
        const snapshot = structuredClone(tenant.snapshot(feed, ids));
        await wait();
        return isRefused ? offline : { snapshot };
      },
    };
  }

  return network;
}
