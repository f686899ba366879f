// The way between a server and one engine, as bad as networks and proxies are: late, lossy, doubling, replaying, reordering within a window of
// four, cut in the middle. It carries the wire form, so what arrives went through the real decoder. Implements the transport contract.
import { POLICY } from '../../src/core/policy.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { decodeMessage, type ResyncReason, type WireMessage } from '../../src/protocol/event.ts';
import type { Clock } from '../../src/platform/ports.ts';
import type { Rest, RestAnswer, StreamEnd, StreamListener, StreamTransport } from '../../src/transport/contract.ts';
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
  /** Wall time of the server, ms. */
  readonly now: () => number;
}

export interface FakeNetwork {
  faults: LinkFaults;
  isUp: boolean;
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
const BOUNDS = { maxDepth: POLICY.eventDepth, maxIdLength: POLICY.idLength };

export function createFakeNetwork({ tenant, feed, random, identity, heartbeatMs, now }: NetworkDeps): FakeNetwork {
  const lines = new Set<Line>();
  let highestTerm = 0;
  const network: FakeNetwork = {
    faults: { ...NO_FAULTS },
    isUp: true,
    connect,
    flush: () => lines.forEach(pump),
    heartbeat: () => lines.forEach((line) => (pump(line), send(line, line.source.heartbeat()))),
    checkpoint: () => lines.forEach((line) => (pump(line), send(line, line.source.checkpoint()))),
    cutAll: () => lines.forEach((line) => line.end({ kind: 'reset' })),
    resyncAll: (reason) => lines.forEach((line) => send(line, { type: 'resync', id: null, data: JSON.stringify({ reason }) })),
    rotateAll: (reconnectWithinMs) =>
      lines.forEach((line) => send(line, { type: 'rotate', id: null, data: JSON.stringify({ reason: 'shutdown', reconnectWithinMs }) })),
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
    };
    return { stream, rest: createRest(clock), cut: () => own.forEach((line) => line.end({ kind: 'reset' })) };
  }

  function refuse(term: number): StreamEnd | null {
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
        const isRefused = !network.isUp || random.chance(network.faults.refuse);
        const snapshot = structuredClone(tenant.snapshot(feed, ids));
        await wait();
        return isRefused ? offline : { snapshot };
      },
    };
  }

  return network;
}
