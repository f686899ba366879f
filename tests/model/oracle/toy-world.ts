// A toy of the whole (a server, a device with two tabs, a wire) in steps of 100 ms, that leaves the oracle's tapes behind. Its client is right
// unless a mutant spoils one thing. It is there to test the judge: no false alarm on the right client, every mutant found by its rule.
import type { HistoryRecord } from '../../support/history/record.ts';
import { createSeededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { createToyClient, type ToyClient } from './toy-client.ts';
import type { MutantName } from './toy-mutants.ts';

const TICK_MS = 100;
const FAULT_EVERY = 80;
const LASTS = 30;
const QUIET = 120;
const ORDERS = ['o1', 'o2', 'o3'];

export interface ToyEvent {
  readonly epoch: string;
  readonly seq: number;
  readonly orderID: string;
  readonly version: number;
  readonly hash: string;
  readonly mutId: string | null;
}

/** What the client may use of the world. */
export interface ToyWorld {
  readonly random: SeededRandom;
  readonly mutant: MutantName | null;
  now(): number;
  say(k: string, fields: Readonly<Record<string, unknown>>): void;
  /** The fault that lasts now. */
  is(fault: string): boolean;
  readonly server: ToyServer;
}

export interface ToyServer {
  epoch(): string;
  head(): number;
  oldest(): number;
  log(): readonly ToyEvent[];
  isUp(): boolean;
  /** Handles a write; null where nobody answers. `key` is what the server knows repeats by. */
  write(key: string, write: { readonly mutId: string; readonly user: string; readonly orderID: string }): number | null;
}

/** Faults of the toy, each with its number of the table, in ticks. */
const FAULTS: Readonly<Record<string, number>> = {
  N01: 1,
  N02: 1,
  N06: LASTS,
  N08: 5,
  N10: LASTS,
  N11: 5,
  N13: LASTS,
  N14: 1,
  N17: LASTS,
  N19: LASTS,
  N24: LASTS,
  N26: 1,
  N33: LASTS,
  N34: LASTS,
};

export function runToy(seed: number, mutant: MutantName | null = null): HistoryRecord[] {
  const random = createSeededRandom(seed);
  const tape: HistoryRecord[] = [];
  let tick = 0;
  let fault: string | null = null;
  const now = () => tick * TICK_MS;
  const say = (k: string, fields: Readonly<Record<string, unknown>>): void => void tape.push({ k, t: now(), ...fields });
  const server = createToyServer({ say, is: (name) => fault === name });
  const client: ToyClient = createToyClient({ random, mutant, now, say, is: (name) => fault === name, server });
  const schedule = shuffled(Object.keys(FAULTS), random);
  const last = 20 + schedule.length * FAULT_EVERY;

  for (; tick < last + QUIET; tick++) {
    const place = tick - 20;
    const name = place >= 0 && tick < last ? schedule[Math.floor(place / FAULT_EVERY)] : undefined;
    const into = place % FAULT_EVERY;
    if (name && into === 0) begin(name);
    const isWorking = tick < last;
    if (isWorking && random.chance(0.5)) server.publish(random.pick(ORDERS), null);
    if (isWorking && random.chance(0.1)) client.write(random.pick(ORDERS));
    client.step();
    if (name && fault === name && into === (FAULTS[name] ?? 1)) end(name);
  }
  client.finish();
  return tape;

  function begin(name: string): void {
    fault = name;
    say('N.start', { fault: name, id: name, args: { spreadMs: 500 } });
    if (name === 'N11') server.restore(random.int(20) + 5);
    client.fault(name);
  }

  function end(name: string): void {
    fault = null;
    if (name === 'N33') server.expire(server.head() - 3);
    client.healed(name);
    // Next retry slot of N19: its cap.
    say('N.end', { fault: name, id: name, args: { spreadMs: 500, ...(name === 'N19' ? { boundMs: 5_000 } : {}) } });
    server.publish('o1', null);
  }
}

interface WritableServer extends ToyServer {
  publish(orderID: string, mutId: string | null): ToyEvent;
  restore(lost: number): void;
  expire(oldest: number): void;
}

function createToyServer({ say, is }: Pick<ToyWorld, 'say' | 'is'>): WritableServer {
  let epochNo = 1;
  let log: ToyEvent[] = [];
  let oldest = 1;
  const known = new Map<string, number>();
  const epoch = () => `e${epochNo}`;
  say('S.epoch', { tenant: 't', epoch: epoch() });

  function publish(orderID: string, mutId: string | null): ToyEvent {
    const version = (log.findLast((event) => event.orderID === orderID)?.version ?? 0) + 1;
    const seq = (log.at(-1)?.seq ?? 0) + 1;
    const event = { epoch: epoch(), seq, orderID, version, hash: `${epoch()}-${seq}`, mutId };
    log.push(event);
    say('S.event', { tenant: 't', ...event });
    return event;
  }

  return {
    epoch,
    head: () => log.at(-1)?.seq ?? 0,
    oldest: () => oldest,
    log: () => log,
    isUp: () => !is('N10'),
    publish,
    restore(lost) {
      epochNo += 1;
      say('S.epoch', { tenant: 't', epoch: epoch() });
      log = log.slice(0, Math.max(1, log.length - lost)).map((event) => ({ ...event, epoch: epoch(), hash: `${epoch()}-${event.seq}` }));
      for (const event of log) say('S.event', { tenant: 't', ...event });
      if (oldest > 1) say('S.oldest', { tenant: 't', epoch: epoch(), seq: oldest });
    },
    expire(seq) {
      oldest = Math.max(oldest, seq);
      say('S.oldest', { tenant: 't', epoch: epoch(), seq: oldest });
    },
    write(key, { mutId, user, orderID }) {
      if (is('N10')) return null;
      // Refused before anything is done.
      if (is('N19')) return 500;
      const repeated = known.get(key);
      if (repeated === undefined) {
        const event = publish(orderID, mutId);
        known.set(key, event.version);
        say('S.apply', { tenant: 't', user, mutId, orderID, outcome: 'applied', version: event.version });
      } else say('S.apply', { tenant: 't', user, mutId, orderID, outcome: 'duplicate', version: repeated });
      return is('N24') ? null : 200;
    },
  };
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  return items
    .map((item) => ({ item, at: random.number() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
