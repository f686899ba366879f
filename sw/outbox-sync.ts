// Sends what waits in an outbox while no page is open to do it, when the browser says that there is a network. It takes the lock of the drain only where
// nobody else drains, decides no conflict, and touches no scope but that of a person who is signed in. It must never keep the worker alive for longer
// than the browser would: what is left is sent by a later event, or by the next page.
import { ENTRY_POLICY } from '../src/core/entry-policy.ts';
import { POLICY } from '../src/core/policy.ts';
import { SyncError } from '../src/core/sync-error.ts';
import { createDrain } from '../src/outbox/drain.ts';
import type { DrainStanding } from '../src/outbox/contract.ts';
import { holdOutbox } from '../src/outbox/hold-outbox.ts';
import type { Platform } from '../src/platform/browser.ts';
import type { Clock, Net } from '../src/platform/ports.ts';
import { aborted } from '../src/platform/locks.ts';
import { PROTOCOL_VERSION } from '../src/protocol/version.ts';
import type { OutboxNotice } from '../src/protocol/frame.ts';
import { openRegistryReader, scopeOf, type CurrentSession } from '../src/scope/registry.ts';
import { scopeNames } from '../src/scope/scope.ts';
import type { Notes } from '../src/store/contract.ts';
import { openDatabase } from '../src/store/database.ts';
import { keptToken } from '../src/store/kept-token.ts';
import { createOutboxRows, type OutboxRows } from '../src/store/outbox-rows.ts';
import { createNotes } from '../src/store/store-notes.ts';
import { withToken } from '../src/transport/bearer-net.ts';
import type { Identity } from '../src/transport/contract.ts';
import { createSender } from '../src/transport/send.ts';

export interface OutboxSync {
  /** Sends what the scope of this tag has. Rejects where something is left that another try could send: the browser then tries again. */
  drain(tag: string): Promise<void>;
  /** Log-out: nothing more of this scope goes out from here. Resolves once that is so. */
  stop(scopeId: string): Promise<void>;
}

/** A browser ends an event after five minutes, and the worker with it. */
const BUDGET_MS = 240_000;
/** What the engine's last hello said (`src/engine/connection-notes`), and how long it is waited for. */
const NOTE_IDEMPOTENCY = 'idempotency-ms';
const NOTE_MS = 1_000;
/** A longer pause than this is left to the browser. */
const PATIENCE_MS = 5_000;

interface Running {
  readonly done: Promise<void>;
  stop(): void;
}

/** Whose outbox it is. */
interface Owner {
  readonly session: CurrentSession;
  readonly device: string;
}

/** How the outbox stood when nothing more could be sent, or when there was no more time. */
interface Sent {
  readonly standing: DrainStanding;
  readonly isCut: boolean;
}

export function createOutboxSync(platform: Platform, budgetMs: number = BUDGET_MS): OutboxSync {
  /** By scope; bounded by the scopes of a device. */
  const running = new Map<string, Running>();

  function begin(scopeId: string): Running {
    const life = new AbortController();
    const work = drainScope(platform, scopeId, AbortSignal.any([life.signal, AbortSignal.timeout(budgetMs)]));
    // After a log-out nothing is left that another try could send.
    const done = work.catch((error: unknown) => (life.signal.aborted ? undefined : Promise.reject(error))).finally(() => running.delete(scopeId));
    const drain = { done, stop: () => life.abort() };
    running.set(scopeId, drain);
    return drain;
  }

  return {
    async drain(tag) {
      const scopeId = scopeIn(tag);
      if (scopeId !== null) await (running.get(scopeId) ?? begin(scopeId)).done;
    },
    async stop(scopeId) {
      const drain = running.get(scopeId);
      drain?.stop();
      await drain?.done.catch(() => undefined);
    },
  };
}

/** The tag is the name that the lock of this outbox has; null for any other tag. */
function scopeIn(tag: string): string | null {
  const [, id] = /^holdfast:([0-9a-f]{16}):outbox$/.exec(tag) ?? [];
  return id !== undefined && scopeNames({ id }).outbox === tag ? id : null;
}

async function drainScope(platform: Platform, scopeId: string, signal: AbortSignal): Promise<void> {
  const owner = await ownerOf(platform, scopeId);
  if (owner === null) return;
  const sent = await sendAll(platform, owner, signal).catch((error: unknown) => {
    if (isLoggedOut(error)) return null;
    throw error;
  });
  if (sent !== null && isWorthAnotherTry(sent)) throw new SyncError('net/offline', `${sent.standing.waiting} changes wait`);
}

/** Null where nobody is signed in (any more). */
async function ownerOf({ random }: Platform, scopeId: string): Promise<Owner | null> {
  const registry = await openRegistryReader(random.id);
  try {
    const current = await registry.current();
    const session = current?.scopeId === scopeId ? current : await registry.remembered(scopeId);
    return session ? { session, device: await registry.device() } : null;
  } finally {
    registry.close();
  }
}

async function sendAll(platform: Platform, owner: Owner, signal: AbortSignal): Promise<Sent | null> {
  const { clock, locks } = platform;
  const names = scopeNames(scopeOf(owner.session));
  const database = await openDatabase({ indexedDB, clock, policy: POLICY }, names.database, signal);
  const rows = createOutboxRows(database);
  const notes = createNotes(database);
  try {
    const net = await netOf(platform, owner.session, notes);
    if (net === null) return null;
    const kept = { rows, net, idempotencyMs: await idempotencyIn(notes, clock) };
    let sent: Sent | null = null;
    const hold = { locks, name: names.outbox, way: 'if-free', rows, clock, lockMs: ENTRY_POLICY.lockMs } as const;
    const isMine = await holdOutbox(hold, signal, async (until) => {
      sent = await drainUntil(platform, owner, kept, until);
    });
    // Whoever holds it may die with it in hand: the browser asks once more.
    if (!isMine) throw new SyncError('write/in-flight', 'Another context sends');
    return sent;
  } finally {
    rows.close();
  }
}

/** Null where only a page can say who this is: no token is kept on this device, or the time of that one is over. */
async function netOf({ clock, net }: Platform, { auth }: CurrentSession, notes: Notes): Promise<Net | null> {
  if (auth === 'cookie') return net;
  const token = await soon(keptToken(notes, clock.now()), clock);
  return token === null ? null : { fetch: (url, init) => net.fetch(url, withToken(init, token)) };
}

/** What the disk has for a drain. */
interface Kept {
  readonly rows: OutboxRows;
  /** Requests in the owner's name. */
  readonly net: Net;
  /** For how long the server remembers keys; null = no engine has heard it. */
  readonly idempotencyMs: number | null;
}

/** Without it the time that holds for every server holds. */
async function idempotencyIn(notes: Notes, clock: Clock): Promise<number | null> {
  const value = await soon(notes.get(NOTE_IDEMPOTENCY), clock);
  return typeof value === 'number' && value > 0 ? value : null;
}

/** An engine that stopped may hold a note for a minute: then it counts as none. */
function soon<T>(note: Promise<T>, clock: Clock): Promise<T | null> {
  const late = new Promise<null>((resolve) => clock.after(NOTE_MS, () => resolve(null)));
  return Promise.race([note.catch(() => null), late]);
}

async function drainUntil(platform: Platform, { session, device }: Owner, { rows, net, idempotencyMs }: Kept, until: AbortSignal): Promise<Sent> {
  const { clock, random, log } = platform;
  const { scopeId, baseUrl, tenant, user } = session;
  const identity: Identity = { baseUrl, tenant, user, device };
  const life = new AbortController();
  const signal = AbortSignal.any([until, life.signal]);
  const bus = platform.openBus(scopeNames({ id: scopeId }).bus, signal);
  /** A drain tries a store that fails again; one that a log-out closed never answers again. */
  const ended = (error: unknown): never => {
    if (isLoggedOut(error)) life.abort();
    throw error;
  };
  const tell = () => bus.post({ v: PROTOCOL_VERSION, k: 'outbox', why: 'result' } satisfies OutboxNotice);
  const drain = createDrain(
    {
      rows: { ...rows, list: () => rows.list().catch(ended), change: (...asked) => rows.change(...asked).catch(ended) },
      sender: createSender({ net, clock, policy: POLICY }),
      identity,
      scope: scopeId,
      clock,
      random,
      log,
      policy: POLICY,
      idempotencyMs: () => idempotencyMs,
      // The place of the log is the engine's to know; so is what may be deleted.
      runNo: () => null,
      view: () => null,
      // The budget is for those who reconnect: here the drain's own rate is all that goes out.
      afford: () => Promise.resolve(),
      isDeciding: false,
      changed: tell,
    },
    signal,
  );
  drain.kick('start');
  await Promise.race([drain.settled(PATIENCE_MS), aborted(signal)]);
  const standing = drain.standing();
  tell();
  life.abort();
  return { standing, isCut: until.aborted };
}

/** What waits for a sign-in or for a decision waits for a page. */
function isWorthAnotherTry({ standing: { waiting, retryInMs, parked }, isCut }: Sent): boolean {
  return isCut ? waiting > 0 : retryInMs !== null && parked === 0;
}

function isLoggedOut(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'store/closed';
}
