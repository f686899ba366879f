// The streams that are open now, and who hears of a commit. It holds no events: the log does.
import { canSee } from '../../src/domain/visibility.ts';
import type { ResyncReason, Rotate } from '../../src/protocol/event.ts';
import type { Role } from '../../src/protocol/http.ts';
import type { Credential } from '../auth/standing.ts';
import type { LogRecord } from './log-store.ts';

/** Whose stream it is. */
export interface StreamOwner {
  readonly tenant: string;
  readonly user: string;
  readonly role: Role;
  /** Null for a foreign issuer's token. */
  readonly sessionId: string | null;
  /** When its token ends, wall clock, ms; null for a session that use prolongs. */
  readonly endsAt: number | null;
  /** Names an engine's device; null for readers that are no engine. */
  readonly device: string | null;
  readonly term: number | null;
}

/** What `GET /api/v1/status` says of a stream. */
export interface StreamStatus extends Omit<StreamOwner, 'sessionId' | 'endsAt'> {
  readonly clientId: string;
  readonly openedAt: string;
  readonly bytesQueued: number;
  readonly sentEvents: number;
}

export interface OpenStream {
  readonly owner: StreamOwner;
  status(): StreamStatus;
  /** A record was committed; records come in the order of the log. */
  hear(record: LogRecord): void;
  /** Something said once, about an order. False: this reader doesn't get it. */
  hint(wire: Buffer, orderID: string): boolean;
  rotate(rotate: Rotate): void;
  resync(reason: ResyncReason): void;
  end(): void;
}

export interface StreamCounts {
  readonly perDevice: number;
  readonly perUser: number;
  readonly perTenant: number;
  readonly total: number;
}

export interface Hub {
  /** Streams open now, of all tenants. */
  readonly clients: number;
  /** Readers cut because they left too much unread or stood still. */
  readonly cutReaders: number;
  /** Transient messages that readers didn't get because they had enough unread, or replayed. */
  readonly shedHints: number;
  countCut(): void;
  /** From here on the stream hears of commits, until `signal` is aborted. */
  join(stream: OpenStream, signal: AbortSignal): void;
  /** Call after the commit, never inside the transaction. */
  publish(tenant: string, record: LogRecord): void;
  /** Hands a transient message to the tenant's live readers that see orders. */
  hint(tenant: string, wire: Buffer, orderID: string): void;
  streams(tenant: string): StreamStatus[];
  /** Streams that count against a newcomer: not those of its own device that it replaces. */
  countFor(owner: StreamOwner): StreamCounts;
  /** Ends the streams of this user's device that have at most this term. */
  supersede(newer: Engine): void;
  endSession(sessionId: string): void;
  endUser(tenant: string, user: string): void;
  /** The user's role has changed: what its readers hold may no longer be what it sees. */
  resyncUser(tenant: string, user: string): void;
  rotateAll(rotate: Rotate): void;
  endAll(): void;
  /** Resolves when no stream is open. */
  emptied(): Promise<void>;
}

/** A stream's owner, or a poller, that names device and term. */
export interface Engine {
  readonly tenant: string;
  readonly user: string;
  readonly device: string;
  readonly term: number;
}

export function isEngine<Owner extends StreamOwner>(owner: Owner): owner is Owner & Engine {
  return owner.device !== null && owner.term !== null;
}

function isReplaced(older: StreamOwner, newer: Engine): boolean {
  return older.user === newer.user && older.device === newer.device && (older.term ?? 0) <= newer.term;
}

/** Who follows a tenant beside the streams. */
export interface Beside {
  /** Called with each record. */
  heard(tenant: string, record: LogRecord): void;
  /** May not read any more, or not the same: whoever came with such a credential. */
  ended(isIts: (holder: Credential) => boolean): void;
}

const NOBODY: Beside = { heard: () => {}, ended: () => {} };

export function createHub(beside: Beside = NOBODY): Hub {
  const byTenant = new Map<string, Set<OpenStream>>();
  const waiters = new Set<() => void>();
  let clients = 0;
  let cutReaders = 0;
  let shedHints = 0;

  const ofTenant = (tenant: string): readonly OpenStream[] => [...(byTenant.get(tenant) ?? [])];
  const all = (): readonly OpenStream[] => [...byTenant.values()].flatMap((streams) => [...streams]);

  function leave(stream: OpenStream): void {
    if (!byTenant.get(stream.owner.tenant)?.delete(stream)) return;
    clients--;
    if (clients > 0) return;
    for (const resolve of waiters) resolve();
    waiters.clear();
  }

  function join(stream: OpenStream, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { tenant } = stream.owner;
    byTenant.set(tenant, (byTenant.get(tenant) ?? new Set()).add(stream));
    clients++;
    signal.addEventListener('abort', () => leave(stream), { once: true });
  }

  function supersede(newer: Engine): void {
    for (const stream of ofTenant(newer.tenant)) if (isReplaced(stream.owner, newer)) stream.end();
  }

  function countFor(owner: StreamOwner): StreamCounts {
    let [perDevice, perUser, replaced] = [0, 0, 0];
    for (const other of byTenant.get(owner.tenant) ?? []) {
      if (other.owner.user !== owner.user) continue;
      perUser++;
      if (owner.device !== null && other.owner.device === owner.device) perDevice++;
      if (isEngine(owner) && isReplaced(other.owner, owner)) replaced++;
    }
    const perTenant = byTenant.get(owner.tenant)?.size ?? 0;
    return { perDevice: perDevice - replaced, perUser: perUser - replaced, perTenant: perTenant - replaced, total: clients - replaced };
  }

  return {
    get clients() {
      return clients;
    },
    get cutReaders() {
      return cutReaders;
    },
    get shedHints() {
      return shedHints;
    },
    countCut: () => void cutReaders++,
    join,
    publish(tenant, record) {
      for (const stream of byTenant.get(tenant) ?? []) stream.hear(record);
      beside.heard(tenant, record);
    },
    hint(tenant, wire, orderID) {
      for (const stream of byTenant.get(tenant) ?? []) if (canSee(stream.owner.role, 'orders') && !stream.hint(wire, orderID)) shedHints++;
    },
    streams: (tenant) => ofTenant(tenant).map((stream) => stream.status()),
    countFor,
    supersede,
    endSession(sessionId) {
      for (const stream of all()) if (stream.owner.sessionId === sessionId) stream.end();
      beside.ended((holder) => holder.sessionId === sessionId);
    },
    endUser(tenant, user) {
      for (const stream of ofTenant(tenant)) if (stream.owner.user === user) stream.end();
      beside.ended((holder) => holder.tenant === tenant && holder.user === user);
    },
    resyncUser(tenant, user) {
      for (const stream of ofTenant(tenant)) if (stream.owner.user === user) stream.resync('permissions');
      beside.ended((holder) => holder.tenant === tenant && holder.user === user);
    },
    rotateAll(rotate) {
      for (const stream of all()) stream.rotate(rotate);
    },
    endAll() {
      for (const stream of all()) stream.end();
    },
    emptied: () => (clients === 0 ? Promise.resolve() : new Promise((resolve) => waiters.add(resolve))),
  };
}
