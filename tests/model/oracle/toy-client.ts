// The toy's device: a disk, an outbox, a hub that holds the connection, two tabs. Each `spoiled(...)` is where one mutant goes wrong.
import type { ToyEvent, ToyWorld } from './toy-world.ts';
import type { MutantName } from './toy-mutants.ts';

const DEVICE = 'd1';
const HEARTBEAT_MS = 1_000;
const DEAD_MS = 2_500;
const NOTICE_MS = 500;
const MAX_DELAY_MS = 3_000;
const TABS = ['a', 'b'] as const;

export interface ToyClient {
  write(orderID: string): void;
  step(): void;
  fault(name: string): void;
  healed(name: string): void;
  /** Final reads and the last look at the disk. */
  finish(): void;
}

interface Entry {
  readonly mutId: string;
  readonly user: string;
  readonly orderID: string;
  tries: number;
}

interface Place {
  readonly epoch: string;
  readonly seq: number;
}

export function createToyClient({ random, mutant, now, say, is, server }: ToyWorld): ToyClient {
  const spoiled = (name: MutantName): boolean => mutant === name;
  const incs = new Map<string, number>();
  let user = 'u1';
  let isOpen = false;
  // Disk.
  let cursor: Place | null = null;
  let base: Place | null = null;
  let events: number[] = [];
  let outbox: Entry[] = [];
  // Memory of the hub.
  let hubAt: number | null = 0;
  let term = 0;
  let conn: { readonly id: number; sent: number; lastByteAt: number; isDead: boolean } | null = null;
  let conns = 0;
  let nextTryAt = 0;
  let delayMs = 500;
  let unstored: number[] = [];
  let seen = new Set<string>();
  let held: ToyEvent[] = [];
  let shown: readonly ToyEvent[] = [];
  let writes = 0;
  let isGivenUp = false;
  let zombieTerm: number | null = null;

  const tab = (name: string) => ({ tab: name, inc: incs.get(name) ?? 0 });
  const each = (k: string, fields: Readonly<Record<string, unknown>>): void => TABS.forEach((name) => isOpen && say(k, { ...tab(name), ...fields }));
  const snap = (): void => say('D.snap', { tenant: 't', user: 'u1', cursor, base, events: [...events], outbox: outbox.map(({ mutId }) => mutId) });

  function load(name: string): void {
    incs.set(name, (incs.get(name) ?? 0) + 1);
    say('P.start', { ...tab(name), tenant: 't', user, device: DEVICE });
    if (cursor) say('P.base', { ...tab(name), tenant: 't', ...cursor, why: 'restored' });
  }

  function openTabs(): void {
    isOpen = true;
    TABS.forEach(load);
    lead();
  }

  function lead(): void {
    hubAt = now() + NOTICE_MS;
    term += 1;
    say('H.leader', { device: DEVICE, id: `engine-${term}`, term });
    conn = null;
    seen = new Set();
    held = [];
    unstored = [];
    nextTryAt = hubAt;
  }

  function cut(how: string): void {
    if (conn) say('W.close', { conn: conn.id, how });
    conn = null;
    held = [];
    nextTryAt = now() + random.int(5) * 100;
    each('P.health', { state: 'connecting' });
  }

  function connect(): void {
    if (isGivenUp || now() < nextTryAt) return;
    const refused = !server.isUp() ? 502 : is('N19') ? 503 : is('N33') ? 504 : null;
    if (refused !== null) {
      say('W.req', { device: DEVICE, method: 'GET', path: '/events', status: refused });
      isGivenUp = spoiled('native EventSource after a 503') && refused === 503;
      nextTryAt = now() + (spoiled('retry of 2^32 ms') ? 1 : delayMs);
      delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
      return;
    }
    delayMs = 500;
    conn = { id: ++conns, sent: 0, lastByteAt: now(), isDead: is('N13') };
    say('W.open', { conn: conn.id, device: DEVICE, tenant: 't', path: '/events', lastEventId: cursor });
    greet(conn);
  }

  function greet(stream: NonNullable<typeof conn>): void {
    const epoch = server.epoch();
    const knowsEpoch = !spoiled('resume without epoch');
    const isForeign = cursor !== null && cursor.epoch !== epoch && knowsEpoch;
    const isExpired = cursor !== null && cursor.seq + 1 < server.oldest() && cursor.epoch === epoch;
    if (isExpired && spoiled('reset taken for a reconnect')) stream.sent = server.oldest() - 1;
    else if (cursor === null || isForeign || isExpired) reset(stream);
    else stream.sent = spoiled('doubles known by a set in memory') ? Math.max(0, cursor.seq - 3) : cursor.seq;
    if (!stream.isDead) each('P.health', { state: 'live' });
  }

  function reset(stream: NonNullable<typeof conn>): void {
    const why = cursor === null ? 'initial' : 'reset';
    cursor = { epoch: server.epoch(), seq: server.head() };
    base = cursor;
    events = [];
    shown = [...server.log()];
    stream.sent = cursor.seq;
    each('P.base', { tenant: 't', ...cursor, why });
  }

  function receive(): void {
    if (!conn) return;
    const stream = conn;
    if (now() - stream.lastByteAt > DEAD_MS && !spoiled('no deadline on silence')) return cut('client');
    if (stream.isDead) return;
    if (!server.isUp()) return cut('server');
    const waiting = server.log().filter(({ seq }) => seq > stream.sent);
    if (is('N14') && waiting[0]) {
      // Half an event: its id line, and no blank line.
      if (spoiled('cursor moved at the id line')) cursor = waiting[0];
      return cut('proxy');
    }
    if (waiting.length > 0 || now() - stream.lastByteAt >= HEARTBEAT_MS) {
      stream.lastByteAt = now();
      say('W.bytes', { conn: stream.id });
    }
    for (const event of is('N17') ? waiting.toReversed() : waiting) {
      say('W.event', { conn: stream.id, seq: event.seq, epoch: event.epoch });
      arrive(event);
    }
    stream.sent = Math.max(stream.sent, ...waiting.map(({ seq }) => seq));
  }

  function arrive(event: ToyEvent): void {
    if (spoiled('doubles known by a set in memory')) {
      if (!seen.has(event.hash)) take(event);
      seen.add(event.hash);
      return;
    }
    const last = cursor?.seq ?? 0;
    if (event.seq <= last) return;
    // Tells its tabs of each at once; what is lower than the last is thought to be known.
    if (spoiled('doubles known by the highest seq') || spoiled('reset taken for a reconnect')) return take(event);
    held = [...held, event].toSorted((a, b) => a.seq - b.seq);
    for (let next = held[0]; next && next.seq === (cursor?.seq ?? 0) + 1; next = held[0]) {
      held = held.slice(1);
      take(next);
    }
  }

  function take(event: ToyEvent): void {
    const epoch = spoiled('resume without epoch') ? (cursor?.epoch ?? event.epoch) : event.epoch;
    cursor = { epoch, seq: Math.max(event.seq, cursor?.seq ?? 0) };
    if (spoiled('cursor stored before the events') || spoiled('events stored, cursor in another store')) unstored.push(event.seq);
    else events.push(event.seq);
    say('H.write', { device: DEVICE, term });
    shown = [...shown, event];
    each('P.deliver', { tenant: 't', epoch, seq: event.seq, orderID: event.orderID, version: event.version, hash: event.hash });
  }

  /** What is written later than its cursor: some of it at each step. */
  function store(): void {
    const count = spoiled('events stored, cursor in another store') ? 1 : unstored.length;
    if (random.chance(0.5)) events.push(...unstored.splice(0, count));
  }

  function drain(): void {
    if (!isOpen) return;
    for (const entry of [...outbox]) {
      if (entry.user !== user && !spoiled('outbox not keyed by user')) continue;
      entry.tries += 1;
      const remove = (): void => void (outbox = outbox.filter((one) => one !== entry));
      if (spoiled('write deleted before it is sent')) remove();
      const key = spoiled('new key for each retry') ? `${entry.mutId}-${entry.tries}` : entry.mutId;
      const answer = server.write(key, { mutId: entry.mutId, user, orderID: entry.orderID });
      const isDone = answer === 200 || (answer !== null && spoiled('any answer counts as success'));
      if (isDone) {
        remove();
        say('P.ack', { ...tab('a'), mutId: entry.mutId, outcome: 'applied' });
      }
      // One at a time and in order.
      if (!isDone) return;
    }
  }

  function read(name: string, orderID: string): void {
    const newest = shown.findLast((event) => event.orderID === orderID);
    if (newest) say('P.read', { ...tab(name), orderID, version: newest.version, hash: newest.hash, pending: pendingOn(orderID) });
  }

  const pendingOn = (orderID: string): string[] => outbox.filter((entry) => entry.orderID === orderID && entry.user === user).map(({ mutId }) => mutId);

  function closeTabs(how: string): void {
    TABS.forEach((name) => say('P.stop', { ...tab(name), how }));
    isOpen = false;
    if (conn) say('W.close', { conn: conn.id, how: 'client' });
    conn = null;
    hubAt = null;
    zombieTerm = null;
  }

  const changePerson = (next: string): void => {
    closeTabs('logout');
    user = next;
    openTabs();
  };

  function write(orderID: string): void {
    if (!isOpen) return;
    const mutId = `m${++writes}`;
    outbox.push({ mutId, user, orderID, tries: 0 });
    say('P.write', { ...tab('a'), tenant: 't', user, mutId, orderID });
    say('P.ack', { ...tab('a'), mutId, outcome: 'accepted' });
  }

  openTabs();
  return {
    write,
    step() {
      if (!isOpen || hubAt === null || now() < hubAt) return;
      if (conn) receive();
      else connect();
      if (!is('N06')) drain();
      store();
    },
    fault(name) {
      if (name === 'N01') {
        say('P.stop', { ...tab('b'), how: 'reload' });
        load('b');
        if (conn && !conn.isDead) say('P.health', { ...tab('b'), state: 'live' });
      }
      if (name === 'N02') {
        if (conn) say('W.close', { conn: conn.id, how: 'crash' });
        conn = null;
        hubAt = null;
        say('P.stop', { ...tab('b'), how: 'crashed' });
        load('b');
        if (!spoiled('death of the worker unnoticed')) lead();
      }
      if (name === 'N06') {
        zombieTerm = term;
        if (conn) say('W.close', { conn: conn.id, how: 'server' });
        lead();
      }
      if (name === 'N08') {
        closeTabs('killed');
        unstored = [];
        snap();
      }
      if (name === 'N11' && conn) cut('server');
      if (name === 'N13' && conn) conn.isDead = true;
      if (name === 'N26' && spoiled('age by the wall clock')) events = [];
      if (name === 'N19' || name === 'N33') cut('proxy');
      if (name === 'N26') snap();
      if (name === 'N34') {
        write('o1');
        changePerson('u2');
      }
    },
    healed(name) {
      if (name === 'N08') openTabs();
      if (name === 'N34') changePerson('u1');
      if (name === 'N06' && zombieTerm !== null && spoiled('old leader writes after its thaw')) say('H.write', { device: DEVICE, term: zombieTerm });
      zombieTerm = null;
    },
    finish() {
      for (const name of TABS) for (const orderID of ['o1', 'o2', 'o3']) read(name, orderID);
      snap();
    },
  };
}
