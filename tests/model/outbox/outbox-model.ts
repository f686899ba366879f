// Plays a list of happenings on a device with two users and a server, asks the rules of histories (docs/testing.md) after each, then heals everything and asks the rest.
import type { ConflictPolicy } from '../../../src/core/entry.ts';
import { resolveByChoice } from '../../../src/core/conflict.ts';
import { ENTRY_POLICY } from '../../../src/core/entry-policy.ts';
import { askPace, paceAnswered, paceBegun, paceFailed, STEADY, type Pace } from '../../../src/core/entry-pace.ts';
import { isEnded } from '../../../src/core/entry.ts';
import { parseCursor } from '../../../src/protocol/cursor.ts';
import { createDevice, HOUR, type Device, type Spoil } from './device.ts';
import { createFakeServer, ORDERS, type FakeServer } from './fake-server.ts';

export type Happening =
  | { readonly do: 'write'; readonly order: number; readonly field: 'a' | 'b'; readonly value: number; readonly policy: ConflictPolicy }
  /** One request that changes the order and, on the side, the other order, or makes a job. */
  | { readonly do: 'stage'; readonly order: number; readonly value: number; readonly makes: boolean; readonly policy: ConflictPolicy }
  | { readonly do: 'create' | 'bad'; readonly order: number }
  | { readonly do: 'drain' | 'stale-drain' | 'refresh-stale' | 'crash' | 'flush' | 'power-cut' | 'sweep' | 'snapshot' | 'commit-snapshot' | 'new-epoch' }
  | { readonly do: 'fly'; readonly which: number; readonly fate: 'arrives' | 'twice' | 'lost' }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'other-edits'; readonly order: number; readonly field: 'a' | 'b'; readonly value: number }
  | { readonly do: 'trouble'; readonly status: 409 | 503 | 429 | null }
  | { readonly do: 'session'; readonly user: 'u1' | 'u2' | null }
  | { readonly do: 'sign-in'; readonly user: 'u1' | 'u2' }
  | { readonly do: 'log-out'; readonly unsent: 'refuse' | 'keep' | 'discard' }
  | { readonly do: 'decide'; readonly which: number; readonly how: 'mine' | 'theirs' | 'retry' | 'discard' }
  | { readonly do: 'wait'; readonly hours: number };

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

interface World {
  readonly server: FakeServer;
  readonly devices: Readonly<Record<'u1' | 'u2', Device>>;
  active: 'u1' | 'u2' | null;
  now: number;
}

export function playOutbox(happenings: readonly Happening[], spoiled: Spoil = () => false): readonly Violation[] {
  const server = createFakeServer();
  const world: World = { server, devices: { u1: createDevice('u1', server, spoiled), u2: createDevice('u2', server, spoiled) }, active: 'u1', now: 1_000 };
  world.devices.u1.fetchSnapshot();
  world.devices.u1.commitSnapshot();
  for (const happening of happenings) {
    happen(world, happening);
    world.now += 10;
    const violations = [...judgeWrites(world), ...judgeReads(world)];
    if (violations.length > 0) return violations;
  }
  return [...heal(world), ...judgeWrites(world), ...judgeEnd(world)];
}

function happen(world: World, happening: Happening): void {
  const { server, devices, now } = world;
  const device = world.active && devices[world.active];
  switch (happening.do) {
    case 'other-edits':
      return server.edit(orderAt(happening.order), { [happening.field]: happening.value });
    case 'trouble':
      return server.trouble(happening.status);
    case 'new-epoch':
      return server.newEpoch();
    case 'session':
      server.session(happening.user);
      return happening.user === world.active ? device?.unpark() : undefined;
    case 'sign-in':
      return signIn(world, happening.user);
    case 'wait':
      // Nothing is on its way for an hour: requests have deadlines.
      for (const each of Object.values(devices)) each.crash();
      world.now += happening.hours * HOUR;
      server.wait(happening.hours);
      return;
    default:
      return device ? happenOn(device, happening, world, now) : undefined;
  }
}

type OnDevice = Exclude<Happening, { do: 'other-edits' | 'trouble' | 'new-epoch' | 'session' | 'sign-in' | 'wait' }>;

function happenOn(device: Device, happening: OnDevice, world: World, now: number): void {
  switch (happening.do) {
    case 'write': {
      const { policy, field, value } = happening;
      const body = { [field]: value };
      return device.write({ method: 'PATCH', path: '/x', body, policy, effect: { collection: 'orders', docId: orderAt(happening.order), patch: body } }, now);
    }
    case 'stage': {
      const { order, policy, makes, value } = happening;
      const aside = { collection: 'orders', docId: makes ? JOB : orderAt(order + 1), ...(makes ? { doc: { b: value } } : { patch: { b: value } }) };
      const body = { a: value };
      return device.write(
        { method: 'PATCH', path: '/x', body, policy, effect: { collection: 'orders', docId: orderAt(order), patch: body }, also: [aside] },
        now,
      );
    }
    case 'create':
      return device.write({ method: 'POST', path: '/x', effect: { collection: 'orders', docId: `n${happening.order}`, doc: { a: 1 } } }, now);
    case 'bad': {
      const docId = happening.order === 2 ? 'n0' : orderAt(happening.order);
      return device.write({ method: 'PATCH', path: '/x', body: 'bad', effect: { collection: 'orders', docId, patch: { a: -1 } } }, now);
    }
    case 'drain':
      return void device.begin(0, now);
    case 'stale-drain':
      return void device.begin(1, now);
    case 'refresh-stale':
      return void device.refresh(1);
    case 'fly':
      return device.fly(happening.which, happening.fate, now);
    case 'log-out':
      if (device.logOut(happening.unsent)) world.active = null;
      return;
    case 'decide':
      return decide(device, happening, now);
    case 'deliver':
      return device.deliver(happening.count, now);
    default:
      return SIMPLE[happening.do as keyof typeof SIMPLE](device, now);
  }
}

const SIMPLE = {
  crash: (device: Device) => device.crash(),
  flush: (device: Device) => device.flush(),
  'power-cut': (device: Device) => device.powerCut(),
  sweep: (device: Device, now: number) => device.sweep(now),
  snapshot: (device: Device) => device.fetchSnapshot(),
  'commit-snapshot': (device: Device) => device.commitSnapshot(),
} as const;

function signIn(world: World, user: 'u1' | 'u2'): void {
  if (world.active && world.active !== user) return;
  world.active = user;
  world.server.session(user);
  const device = world.devices[user];
  device.unpark();
  device.fetchSnapshot();
  device.commitSnapshot();
}

function decide(device: Device, { which, how }: { readonly which: number; readonly how: 'mine' | 'theirs' | 'retry' | 'discard' }, now: number): void {
  const open = device.rows().filter(({ state }) => state === 'conflict' || state === 'dead');
  const entry = open[which % Math.max(1, open.length)];
  if (!entry) return;
  if (how === 'discard') return device.replace(entry, { do: 'yield' }, now);
  if (how !== 'retry') return device.replace(entry, resolveByChoice(entry, how), now);
  // Retried as it should have been from the start: a person has corrected it.
  if (entry.state === 'dead') device.replace(entry, { do: 'send', change: { body: { a: 7 } } }, now);
}

const JOB = 'j1';
const JOB_INDEX = 7;

function orderAt(index: number): string {
  return index === JOB_INDEX ? JOB : (ORDERS[index % ORDERS.length] ?? 'o1');
}

/** R7 (a, d, e), R8, and that nobody conflicts with himself. */
function judgeWrites({ server, devices }: World): readonly Violation[] {
  const found: Violation[] = [];
  const applied = new Set<string>();
  const last = new Map<string, number>();
  const lastAside = new Map<string, number>();
  for (const { id, user, orderId, outcome, aside, isOwnConflict, isLostUpdate } of server.tape) {
    const owner = id.startsWith('u1') ? devices.u1 : devices.u2;
    const write = owner.told.get(id);
    if (!write) found.push({ rule: 'R7', detail: `${id} was written by nobody` });
    if (owner.user !== user) found.push({ rule: 'R7e', detail: `${id} of ${owner.user} was done as ${user}` });
    if (isOwnConflict && ![...owner.told.values()].some(({ outcome: end }) => end === 'discarded' || end === 'superseded'))
      found.push({ rule: 'own conflict', detail: `${id} conflicts with nothing but the user's own writes` });
    if (isLostUpdate) found.push({ rule: 'lost update', detail: `${id} replaced what another had written since` });
    if (outcome !== 'applied' || !write) continue;
    if (applied.has(id)) found.push({ rule: 'R7', detail: `${id} was applied twice` });
    applied.add(id);
    const lane = `${user}/${orderId}`;
    const { turn } = write;
    if (turn < Math.max(last.get(lane) ?? 0, lastAside.get(lane) ?? 0)) found.push({ rule: 'R8', detail: `${id} came after a later write on ${orderId}` });
    last.set(lane, turn);
    // Two that change a third document on the side may pass each other.
    for (const side of aside.map((one) => `${user}/${one.orderId}`)) {
      if (turn < (last.get(side) ?? 0)) found.push({ rule: 'R8', detail: `${id} changed ${side} on the side after a later write on it` });
      lastAside.set(side, Math.max(turn, lastAside.get(side) ?? 0));
    }
  }
  for (const { quarrels, told } of Object.values(devices))
    if (![...told.values()].some(({ outcome }) => outcome === 'discarded'))
      for (const id of quarrels) found.push({ rule: 'own conflict', detail: `${id} did not settle with the user's own writes` });
  return found;
}

/**
 * R9: what was accepted is pending, or in the document, or the user was told otherwise. A page without any picture (after a log-out and a power cut) says
 * that it has none, and shows what was written since: that is no word about what was there before. With a picture a document that is missing counts.
 */
function judgeReads({ server, devices, active }: World): readonly Violation[] {
  const device = active && devices[active];
  if (!device?.hasPicture()) return [];
  return [...device.told].flatMap(([id, { orderId, aside, outcome }]) => {
    if (outcome !== 'accepted' || device.standing().some((entry) => entry.id === id && entry.state === 'dead')) return [];
    const applied = server.tape.find((one) => one.id === id && one.outcome === 'applied');
    const versions = new Map([[orderId, applied?.version], ...(applied?.aside ?? []).map((one) => [one.orderId, one.version] as const)]);
    return [orderId, ...aside].flatMap((docId) => {
      const { document, pending } = device.read(docId);
      const isMissing = !pending.includes(id) && (document?.version ?? -1) < (versions.get(docId) ?? Infinity);
      return isMissing ? [{ rule: 'R9', detail: `${id} on ${docId} is neither pending nor in version ${document?.version}` }] : [];
    });
  });
}

/** Everything works again and each user comes back, decides what waits for him, and looks on. */
function heal(world: World): readonly Violation[] {
  world.server.trouble(null);
  return (['u1', 'u2'] as const).flatMap((user) => {
    const device = world.devices[user];
    world.active = null;
    device.crash();
    signIn(world, user);
    const waiting = device.rows().filter((entry) => !isEnded(entry)).length;
    const startedAt = world.now;
    drainAll(world, device);
    const tookMs = world.now - startedAt;
    const allowedMs = Math.max(60_000, (waiting / ENTRY_POLICY.rate) * 1_000 + 10_000);
    const late = tookMs > allowedMs ? [{ rule: 'liveness', detail: `${waiting} entries took ${tookMs} ms` }] : [];
    device.deliver(Infinity, world.now);
    return [...late, ...judgeReads(world), ...judgeStill(world, device)];
  });
}

const ROUND_TRIP_MS = 30;
/** The last thing that the drain knew is a server which had failed for a long time. */
const FAILED: Pace = [1, 2, 3, 4, 5, 6, 7].reduce((pace) => paceFailed(pace, 0, 0.999, ENTRY_POLICY), STEADY);

function drainAll(world: World, device: Device): void {
  let pace: Pace = { ...FAILED, pausedUntil: world.now + ENTRY_POLICY.maxDelayMs, breaker: { at: 'open', until: world.now + 20_000, trips: 7 } };
  for (let turn = 0; turn < 2_000; turn++) {
    for (const entry of device.rows()) if (entry.state === 'conflict') device.replace(entry, resolveByChoice(entry, 'mine'), world.now);
    world.now += askPace(pace, world.now, ENTRY_POLICY).waitMs;
    pace = paceBegun(pace, world.now, ENTRY_POLICY);
    const isBegun = device.begin(0, world.now);
    if (!isBegun && device.flights().length === 0) return;
    world.now += ROUND_TRIP_MS;
    while (device.flights().length > 0) device.fly(0, 'arrives', world.now);
    pace = paceAnswered(pace);
  }
}

/** Nothing waits, nothing lies on top of the documents, and they are the server's. */
function judgeStill({ server }: World, device: Device): readonly Violation[] {
  const waits = device.standing().filter((entry) => !isEnded(entry) && entry.state !== 'dead');
  const left = waits.map((entry) => ({ rule: 'liveness', detail: `${entry.id} is still ${entry.state}` }));
  const apart = [...server.docs].flatMap(([orderId, { version }]) => {
    const { document, pending } = device.read(orderId);
    return pending.some((id) => !isCutOff(server, device, { id, orderId })) || document?.version !== version
      ? [{ rule: 'R10', detail: `${orderId}: ${pending.join()} on ${document?.version} of ${version}` }]
      : [];
  });
  return [...left, ...apart];
}

/**
 * Changed on the side, and acknowledged in a log that is gone: no version says that the document has it, and where the answer came after the snapshot that
 * followed, no later run does (docs/known-gaps.md).
 */
function isCutOff(server: FakeServer, device: Device, { id, orderId }: { readonly id: string; readonly orderId: string }): boolean {
  const entry = device.rows().find((row) => row.id === id);
  return entry?.state === 'acked' && entry.effect?.docId !== orderId && parseCursor(entry.answer?.ackCursor)?.epoch !== `e${server.epoch()}`;
}

/** R7b and R7s: each accepted write has its one outcome, and the user was told of those that are none. */
function judgeEnd({ server, devices }: World): readonly Violation[] {
  return Object.values(devices).flatMap((device) =>
    [...device.told].flatMap(([id, { outcome }]): Violation[] => {
      const ends = server.tape.filter((one) => one.id === id && one.outcome !== 'duplicate').map((one) => one.outcome);
      const shown = device.standing().some((entry) => entry.id === id && (entry.state === 'dead' || entry.state === 'conflict'));
      const isExcused = outcome === 'discarded' || outcome === 'superseded' || shown;
      if (ends.length !== 1 && !isExcused) return [{ rule: 'R7', detail: `${id} (${outcome}) came to ${ends.join() || 'nothing'}` }];
      const isSilent = ends.some((end) => end !== 'applied') && outcome === 'accepted';
      return isSilent ? [{ rule: 'R7s', detail: `${id} was ${ends.join()} and nobody was told` }] : [];
    }),
  );
}
