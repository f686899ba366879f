// Who has which order in front of them, in memory: a server that starts hears of everybody within a third of a lease. One lease a tab and order, so that a
// closed tab doesn't take its person away while another shows the order; a crashed or sleeping one is gone at its lease's end.
import type { Present, TeamMember } from '../../src/protocol/team.ts';
import { LIMITS } from '../limits.ts';
import type { TellTeam } from './team-notices.ts';

export interface PresencePlace {
  readonly tenant: string;
  readonly orderID: string;
  /** Names one tab of a device. */
  readonly tab: string;
}

export interface PresenceBoard {
  readonly leaseMs: number;
  /** Leases given up to make room. */
  readonly shed: number;
  /** Begins, renews or, with null, ends a lease; others are told only where that changes what they see. */
  put(place: PresencePlace, who: TeamMember, doing: Present['doing'] | null): void;
  of(tenant: string, orderID: string): readonly Present[];
}

interface Lease {
  readonly place: PresencePlace;
  readonly who: TeamMember;
  readonly doing: Present['doing'];
  readonly untilMs: number;
}

export interface PresenceBoardDeps {
  readonly tell: TellTeam;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly leaseMs: number;
}

export function createPresenceBoard({ tell, now, leaseMs }: PresenceBoardDeps, signal: AbortSignal): PresenceBoard {
  /** Of an order its leases, the one renewed longest ago first. */
  const orders = new Map<string, Map<string, Lease>>();
  /** Of a tenant its orders, the one looked at first first. */
  const ofTenant = new Map<string, Set<string>>();
  const timers = new Map<string, NodeJS.Timeout>();
  let shed = 0;

  function put(place: PresencePlace, who: TeamMember, doing: Present['doing'] | null): void {
    const key = orderKey(place);
    const leases = orders.get(key) ?? new Map<string, Lease>();
    const before = JSON.stringify(peopleOf(leases));
    const own = JSON.stringify([who.user, who.device, place.tab]);
    leases.delete(own);
    if (doing !== null) leases.set(own, { place, who, doing, untilMs: now() + leaseMs });
    bound(leases, who);
    settle(place, leases, before);
  }

  function settle(place: PresencePlace, leases: Map<string, Lease>, before: string): void {
    const key = orderKey(place);
    if (leases.size === 0) remove(place.tenant, key);
    else keep(place.tenant, key, leases);
    const people = peopleOf(leases);
    if (JSON.stringify(people) !== before) tell(place.tenant, { type: 'presence', orderID: place.orderID, people });
    watch(place, leases);
    if (countOf(place.tenant) > LIMITS.presenceOrders) dropOldest(place.tenant);
  }

  function watch(place: PresencePlace, leases: ReadonlyMap<string, Lease>): void {
    const key = orderKey(place);
    clearTimeout(timers.get(key));
    timers.delete(key);
    const [first] = leases.values();
    if (!first || signal.aborted) return;
    const timer = setTimeout(() => expire(place), Math.max(1, first.untilMs - now() + 1));
    timer.unref();
    timers.set(key, timer);
  }

  function expire(place: PresencePlace): void {
    const leases = orders.get(orderKey(place));
    if (!leases) return;
    const before = JSON.stringify(peopleOf(leases));
    for (const [own, { untilMs }] of leases) if (untilMs <= now()) leases.delete(own);
    settle(place, leases, before);
  }

  /** Tabs of one device at one order, and leases of one order. */
  function bound(leases: Map<string, Lease>, who: TeamMember): void {
    const mine = [...leases].filter(([, lease]) => lease.who.user === who.user && lease.who.device === who.device);
    const tooMany = [
      ...mine.slice(0, Math.max(0, mine.length - LIMITS.presenceTabs)),
      ...[...leases].slice(0, Math.max(0, leases.size - LIMITS.presencePeople)),
    ];
    for (const [own] of tooMany) if (leases.delete(own)) shed++;
  }

  /** Of the tenant that has too many: nobody loses its own to another's. */
  function dropOldest(tenant: string): void {
    const [key] = ofTenant.get(tenant) ?? [];
    if (key === undefined) return;
    shed += orders.get(key)?.size ?? 0;
    clearTimeout(timers.get(key));
    timers.delete(key);
    remove(tenant, key);
  }

  const countOf = (tenant: string) => ofTenant.get(tenant)?.size ?? 0;

  function keep(tenant: string, key: string, leases: Map<string, Lease>): void {
    orders.set(key, leases);
    ofTenant.set(tenant, (ofTenant.get(tenant) ?? new Set()).add(key));
  }

  function remove(tenant: string, key: string): void {
    orders.delete(key);
    const keys = ofTenant.get(tenant);
    if (keys?.delete(key) && keys.size === 0) ofTenant.delete(tenant);
  }

  signal.addEventListener('abort', () => timers.forEach((timer) => clearTimeout(timer)), { once: true });
  return {
    leaseMs,
    get shed() {
      return shed;
    },
    put,
    of: (tenant, orderID) => peopleOf(orders.get(orderKey({ tenant, orderID })) ?? new Map()),
  };
}

function orderKey({ tenant, orderID }: Pick<PresencePlace, 'tenant' | 'orderID'>): string {
  return JSON.stringify([tenant, orderID]);
}

/** One row a device, in an order that doesn't depend on who renewed last. */
function peopleOf(leases: ReadonlyMap<string, Lease>): Present[] {
  const people = new Map<string, Present>();
  for (const { who, doing } of leases.values()) {
    const key = JSON.stringify([who.user, who.device]);
    people.set(key, { ...who, doing: people.get(key)?.doing === 'editing' ? 'editing' : doing });
  }
  return [...people].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, person]) => person);
}
