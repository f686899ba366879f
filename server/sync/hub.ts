// The streams that are open now, and who hears of a commit. It holds no events: the log does.
import type { ResyncReason, Rotate } from '../../src/protocol/event.ts';
import type { Role } from '../../src/protocol/http.ts';
import type { LogRecord } from './log-store.ts';

/** Whose stream it is. */
export interface StreamOwner {
  readonly tenant: string;
  readonly user: string;
  readonly role: Role;
  readonly sessionId: string;
  /** Names an engine's device; null for readers that are no engine. */
  readonly device: string | null;
  readonly term: number | null;
}

/** What `GET /api/v1/status` says of a stream. */
export interface StreamStatus extends Omit<StreamOwner, 'sessionId'> {
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
  rotate(rotate: Rotate): void;
  resync(reason: ResyncReason): void;
  end(): void;
}

export interface Hub {
  /** Streams open now, of all tenants. */
  readonly clients: number;
  /** Readers cut because they left too much unread or stood still. */
  readonly cutReaders: number;
  countCut(): void;
  /** From here on the stream hears of commits, until `signal` is aborted. */
  join(stream: OpenStream, signal: AbortSignal): void;
  /** Call after the commit, never inside the transaction. */
  publish(tenant: string, record: LogRecord): void;
  streams(tenant: string): StreamStatus[];
  countOf(tenant: string, user: string): number;
  /** Ends the streams of this user's device that have at most this term. */
  supersede(tenant: string, user: string, device: string, term: number): void;
  endSession(sessionId: string): void;
  /** The user's role has changed: what its readers hold may no longer be what it sees. */
  resyncUser(tenant: string, user: string): void;
  rotateAll(rotate: Rotate): void;
  endAll(): void;
  /** Resolves when no stream is open. */
  emptied(): Promise<void>;
}

export function createHub(): Hub {
  const byTenant = new Map<string, Set<OpenStream>>();
  const waiters = new Set<() => void>();
  let clients = 0;
  let cutReaders = 0;

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

  function supersede(tenant: string, user: string, device: string, term: number): void {
    for (const stream of ofTenant(tenant)) {
      const { owner } = stream;
      if (owner.user === user && owner.device === device && (owner.term ?? 0) <= term) stream.end();
    }
  }

  return {
    get clients() {
      return clients;
    },
    get cutReaders() {
      return cutReaders;
    },
    countCut: () => void cutReaders++,
    join,
    publish(tenant, record) {
      for (const stream of byTenant.get(tenant) ?? []) stream.hear(record);
    },
    streams: (tenant) => ofTenant(tenant).map((stream) => stream.status()),
    countOf: (tenant, user) => ofTenant(tenant).filter((stream) => stream.owner.user === user).length,
    supersede,
    endSession(sessionId) {
      for (const stream of all()) if (stream.owner.sessionId === sessionId) stream.end();
    },
    resyncUser(tenant, user) {
      for (const stream of ofTenant(tenant)) if (stream.owner.user === user) stream.resync('permissions');
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
