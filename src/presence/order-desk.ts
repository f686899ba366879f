// One page's part in one order: says that it is there and holds the lock while somebody edits, hears of the others. Requests go out one after the other, so that
// a goodbye never overtakes what came before it. Wherever an answer is missing, nobody is shown rather than somebody who may be gone.
import { decodeLock, decodeOrderTeam, TEAM_PATHS, type OrderLock, type Present, type TeamMember, type TeamNotice } from '../protocol/team.ts';
import { createTopic, type Notifier } from '../client/topic.ts';
import type { Clock } from '../platform/ports.ts';
import type { Identity, RestAnswer, RestRequest } from '../transport/contract.ts';
import { NOBODY_KNOWN, type LockStanding, type OrderDesk, type OrderTeam } from './contract.ts';

export interface OrderDeskDeps {
  /** One request in this page's name; silence is `status: 0`. */
  readonly ask: (request: Omit<RestRequest, 'identity'>) => Promise<RestAnswer>;
  /** Sent while the page goes: nobody waits for an answer. */
  readonly farewell: (method: 'PUT' | 'DELETE', path: string, body?: object) => void;
  readonly identity: Pick<Identity, 'user' | 'device'>;
  /** Names this tab among those of the device. */
  readonly tab: string;
  readonly isVisible: () => boolean;
  readonly isOnline: () => boolean;
  readonly clock: Clock;
  readonly notifier: Notifier;
}

export interface DeskInside extends OrderDesk {
  readonly isIdle: boolean;
  hear(notice: TeamNotice): void;
  /** The world changed: says again how it is, and asks. */
  refresh(): void;
  /** The page goes, for good or into the back/forward cache. */
  leave(): void;
}

/** Until the server says how long its leases are. */
const LEASE_MS = 30_000;
const RENEWALS = 3;
const TIMEOUT_MS = 5_000;
/** Typing is said at most this often, and shown for a little longer. */
const TYPING_MS = 2_000;
const TYPING_SHOWN_MS = 4_500;
/** The end of another's lease comes as a message; where it doesn't, it is believed this much later. */
const GRACE_MS = 1_000;

interface Lease {
  readonly who: TeamMember;
  /** Monotonic, ms. */
  readonly until: number;
}

export function createOrderDesk(deps: OrderDeskDeps, orderID: string, signal: AbortSignal): DeskInside {
  const { ask, clock, identity, tab } = deps;
  const topic = createTopic<OrderTeam>(NOBODY_KNOWN, deps.notifier, (a, b) => JSON.stringify(a) === JSON.stringify(b));
  const holds = { looks: 0, edits: 0 };
  const typing = new Map<string, Lease>();
  let people: readonly Present[] = [];
  let lock: Lease | null = null;
  let standing: LockStanding = 'none';
  /** Monotonic, ms: until then ours, unless it is renewed. */
  let heldUntil = 0;
  let isKnown = false;
  /** The server may have a presence of this tab. */
  let isPresent = false;
  let leaseMs = LEASE_MS;
  let isDirty = false;
  let isRunning = false;
  let typedAt = -Infinity;
  let cancelRenewal = (): void => {};
  let cancelLook = (): void => {};

  const isMe = ({ user, device }: TeamMember): boolean => user === identity.user && device === identity.device;

  function show(): void {
    const now = clock.monotonic();
    for (const [key, { until }] of typing) if (until <= now) typing.delete(key);
    if (lock && lock.until + GRACE_MS <= now) freed();
    if (standing === 'held' && heldUntil <= now) standing = 'lost';
    const held = lock && { ...lock.who, until: Math.round((clock.now() + lock.until - now) / 1_000) * 1_000 };
    topic.set(isKnown ? { isKnown, people, lock: held, standing, typing: [...typing.values()].map(({ who }) => who) } : { ...NOBODY_KNOWN, standing });
    planLook(now);
  }

  /** When what is shown ends by itself. */
  function planLook(now: number): void {
    cancelLook();
    const ends = [...[...typing.values()].map(({ until }) => until), ...(lock ? [lock.until + GRACE_MS] : []), ...(standing === 'held' ? [heldUntil] : [])];
    if (ends.length > 0 && !signal.aborted) cancelLook = clock.after(Math.max(1, Math.min(...ends) - now), show);
  }

  function heardLock(said: OrderLock | null): void {
    if (said === null) return freed();
    const until = clock.monotonic() + said.expiresInMs;
    lock = isMe(said) ? null : { who: { user: said.user, name: said.name, device: said.device }, until };
    if (lock && standing === 'held') standing = 'lost';
    if (lock && standing === 'asking') standing = 'waiting';
  }

  /** Whoever edits here takes it now: also where another tab of this device gave it back for both. */
  function freed(): void {
    lock = null;
    if (holds.edits > 0 && standing !== 'none') sync();
  }

  function wish(): Present['doing'] | null {
    if (holds.edits > 0) return 'editing';
    return holds.looks > 0 && deps.isVisible() ? 'viewing' : null;
  }

  function sync(): void {
    isDirty = true;
    if (!isRunning) void run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    // Effects of one rendering come together: what is taken back at once is never said.
    await Promise.resolve();
    while (isDirty && !signal.aborted) {
      isDirty = false;
      await once(wish());
    }
    isRunning = false;
    cancelRenewal();
    if (wish() !== null && !signal.aborted) cancelRenewal = clock.after(leaseMs / RENEWALS, sync);
  }

  async function once(doing: Present['doing'] | null): Promise<void> {
    if (!deps.isOnline()) return unknown();
    if (doing === 'editing') await takeLock();
    else if (standing !== 'none') await giveBack();
    if (doing !== null || isPresent) await sayPresence(doing);
    show();
  }

  async function takeLock(): Promise<void> {
    if (standing === 'none') standing = 'asking';
    const askedAt = clock.monotonic();
    const { status, body } = await ask({ method: 'PUT', path: TEAM_PATHS.lock(orderID), timeoutMs: TIMEOUT_MS });
    if (status === 200) {
      standing = 'held';
      heldUntil = askedAt + leaseMs;
      lock = null;
    } else if (status === 423) {
      standing = standing === 'held' || standing === 'lost' ? 'lost' : 'waiting';
      heardLock(decodeLock(body !== null && typeof body === 'object' && 'lock' in body ? body.lock : null));
    }
  }

  async function giveBack(): Promise<void> {
    const wasHeld = standing === 'held' || standing === 'asking';
    standing = 'none';
    if (wasHeld) await ask({ method: 'DELETE', path: TEAM_PATHS.lock(orderID), timeoutMs: TIMEOUT_MS });
  }

  async function sayPresence(doing: Present['doing'] | null): Promise<void> {
    isPresent = doing !== null;
    const { status, body } = await ask({ method: 'PUT', path: TEAM_PATHS.presence, body: { tab, orderID, doing }, timeoutMs: TIMEOUT_MS });
    const answer = status === 200 ? decodeOrderTeam(body) : null;
    if (!answer) return unknown();
    isKnown = true;
    leaseMs = answer.leaseMs;
    people = answer.people.filter((person) => !isMe(person));
    if (answer.lock !== null || lock !== null) heardLock(answer.lock);
  }

  function unknown(): void {
    isKnown = false;
    people = [];
    lock = null;
    typing.clear();
    show();
  }

  function hold(what: 'looks' | 'edits'): () => void {
    let isHeld = true;
    holds[what] += 1;
    sync();
    return () => {
      if (!isHeld) return;
      isHeld = false;
      holds[what] -= 1;
      sync();
    };
  }

  signal.addEventListener('abort', () => [cancelRenewal, cancelLook].forEach((cancel) => cancel()), { once: true });
  return {
    getSnapshot: topic.getSnapshot,
    subscribe: topic.subscribe,
    look: () => hold('looks'),
    edit: () => hold('edits'),
    typed(field) {
      const now = clock.monotonic();
      if (now - typedAt < TYPING_MS || !deps.isOnline()) return;
      typedAt = now;
      void ask({ method: 'PUT', path: TEAM_PATHS.typing(orderID), body: { field }, timeoutMs: TIMEOUT_MS });
    },
    get isIdle() {
      return holds.looks === 0 && holds.edits === 0 && !isRunning;
    },
    hear(notice) {
      if (!isKnown) return;
      if (notice.type === 'presence') people = notice.people.filter((person) => !isMe(person));
      else if (notice.type === 'order_lock') heardLock(notice.lock);
      else if (!isMe(notice.who))
        typing.set(JSON.stringify([notice.who.user, notice.who.device]), { who: notice.who, until: clock.monotonic() + TYPING_SHOWN_MS });
      show();
    },
    refresh: sync,
    leave() {
      if (standing === 'held') deps.farewell('DELETE', TEAM_PATHS.lock(orderID));
      if (isPresent) deps.farewell('PUT', TEAM_PATHS.presence, { tab, orderID, doing: null });
      [standing, isPresent] = ['none', false];
    },
  };
}
