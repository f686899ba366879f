// A running server: the file opened, the port listened on, the clean-up started; and its orderly end.
import { createAdaptorServer } from '@hono/node-server';
import { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '../src/protocol/http.ts';
import { createApp } from './app.ts';
import type { App } from './http-context.ts';
import { LIMITS, spreadMs } from './limits.ts';
import { createLogger, type Logger } from './log.ts';
import type { PricedService } from './orders/price-list.ts';
import { DOCUMENT_SCHEMA, openStore, type Store } from './store/store.ts';
import { createHub, type Hub } from './sync/hub.ts';
import { DEFAULT_RETENTION, startRetention, type Retention, type RetentionOptions } from './sync/retention.ts';

export interface ServerOptions {
  /** SQLite file, or `:memory:`. Its folder must exist. */
  readonly dbFile: string;
  /** 0 (default) takes a free port. */
  readonly port?: number;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Folder of the built application; default null: the API alone. */
  readonly distDir?: string | null;
  /** What is sold; default nothing, so that no order can be created. */
  readonly services?: readonly PricedService[];
  readonly heartbeatMs?: number;
  /** At most one checkpoint of a stream in this time; default a minute. */
  readonly checkpointMs?: number;
  readonly retention?: Partial<RetentionOptions>;
  /** Wall clock, ms. */
  readonly now?: () => number;
  readonly log?: Logger;
  readonly documentSchema?: number;
  /** `full` (default) survives a power cut, `normal` the end of the process only. */
  readonly durability?: 'full' | 'normal';
  /** Fills the store before the first request. */
  readonly prepare?: (store: Store) => Promise<void>;
}

export interface HoldfastServer {
  readonly url: string;
  readonly port: number;
  readonly app: App;
  readonly store: Store;
  readonly hub: Hub;
  readonly retention: Retention;
  /** Gives a user another role: its open streams are told to resync at once. */
  setRole(tenant: string, user: string, role: Role): void;
  /** Tells every stream to `rotate`, gives it up to 2 s, lets requests finish, closes the file. Idempotent. */
  close(reason?: string): Promise<void>;
}

const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  distDir: null,
  services: [],
  heartbeatMs: 15_000,
  checkpointMs: 60_000,
  now: Date.now,
  log: createLogger('silent', () => {}),
  documentSchema: DOCUMENT_SCHEMA,
  durability: 'full',
  prepare: async () => {},
} as const;

/** Starts a server. `signal` ends it as `close` does. Rejects when the port or the file can't be had. */
export async function startServer(options: ServerOptions, signal?: AbortSignal): Promise<HoldfastServer> {
  const { dbFile: file, durability, documentSchema, now, log, services, distDir, heartbeatMs, checkpointMs, ...rest } = { ...DEFAULTS, ...options };
  const life = new AbortController();
  const store = openStore({ file, durability, documentSchema });
  const hub = createHub();
  const app = createApp({ store, hub, log, now, services, distDir, heartbeatMs, checkpointMs, isReady: () => !life.signal.aborted });
  const http = await prepareAndListen(app, store, rest).catch((error: unknown) => {
    store.close();
    throw error;
  });
  const retention = startRetention({ store, log, now }, { ...DEFAULT_RETENTION, ...options.retention }, life.signal);
  let closing: Promise<void> | null = null;
  const close = (reason = 'shutdown') => (closing ??= closeAll({ http, hub, store, life, reason }));
  signal?.addEventListener('abort', () => void close(), { once: true });
  const { address, port, family } = addressOf(http);
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  log.info('listening', { url });
  const setRole = (tenant: string, user: string, role: Role) => {
    const record = store.setRole(tenant, user, role, now());
    // Before the event: a reader that got past its place and then lost the connection would never be told.
    hub.resyncUser(tenant, user);
    hub.publish(tenant, record);
  };
  return { url, port, app, store, hub, retention, setRole, close };
}

/** The store is filled before the first request can see it half empty. */
async function prepareAndListen(
  app: App,
  store: Store,
  { prepare, port, host }: Required<Pick<ServerOptions, 'prepare' | 'port' | 'host'>>,
): Promise<HttpServer> {
  await prepare(store);
  const server = createAdaptorServer({ fetch: app.fetch });
  if (!(server instanceof HttpServer)) throw new TypeError('The adaptor made no plain http server');
  // A browser reuses a connection at the very end of its time: longer than proxies keep theirs, so that it never meets a closed one.
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 30_000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  return server;
}

/** Streams first: they end by themselves once their clients went to the next server; whoever doesn't go is ended. */
async function closeAll({
  http,
  hub,
  store,
  life,
  reason,
}: {
  http: HttpServer;
  hub: Hub;
  store: Store;
  life: AbortController;
  reason: string;
}): Promise<void> {
  life.abort();
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  hub.rotateAll({ reason, reconnectWithinMs: spreadMs(hub.clients) });
  await within(LIMITS.rotateMs, hub.emptied());
  hub.endAll();
  await within(LIMITS.rotateMs, hub.emptied());
  // Requests that are being answered get their time; connections kept for a next request don't.
  http.closeIdleConnections();
  await within(LIMITS.rotateMs, closed);
  http.closeAllConnections();
  await closed;
  store.close();
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function addressOf(http: HttpServer): AddressInfo {
  const address = http.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port');
  return address;
}
