// A running server: the file opened, the port listened on, the clean-up started; and its orderly end.
import { createAdaptorServer } from '@hono/node-server';
import { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '../src/protocol/http.ts';
import { createApp } from './app.ts';
import { createAccounts, type Accounts } from './auth/accounts.ts';
import { createStanding } from './auth/standing.ts';
import { DEFAULT_TOKENS, type TokenOptions } from './auth/token-options.ts';
import type { App } from './http-context.ts';
import { LIMITS, spreadMs } from './limits.ts';
import { createLockDesk } from './locks/lock-desk.ts';
import { createLogger, describeError, type Logger } from './log.ts';
import { createPresenceBoard } from './presence/presence-board.ts';
import { createTeamNotices } from './presence/team-notices.ts';
import { DEFAULT_PUSH, openPush, type PushOptions } from './push/open-push.ts';
import { attachPusher } from './pusher/attach.ts';
import { createPusherCloud } from './pusher/cloud.ts';
import { createPusherDesk } from './pusher/desk.ts';
import type { PusherApp } from './pusher/options.ts';
import { DEFAULT_RATES, type RateLimits } from './rate-limits.ts';
import { publishPriceList, type PricedService } from './orders/price-list.ts';
import { DOCUMENT_SCHEMA, openStore, type Store } from './store/store.ts';
import { lockFile } from './store/file-lock.ts';
import { createHub, type Hub } from './sync/hub.ts';
import { createStreamGate, STREAM_CAPS, type StreamCaps } from './sync/stream-caps.ts';
import { createTerms } from './sync/terms.ts';
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
  readonly tokens?: Partial<TokenOptions>;
  /** How many streams may be open; default STREAM_CAPS. */
  readonly caps?: Partial<StreamCaps>;
  /** How often somebody may ask; default DEFAULT_RATES, null for no limit. */
  readonly rates?: RateLimits | null;
  /** A reader that has taken nothing for this long is cut; default 30 s. */
  readonly stalledReaderMs?: number;
  /** Streams of readers that accept it are gzipped; default true. */
  readonly streamGzip?: boolean;
  /** How long an order lock and a presence last unless they are renewed; default 30 s. */
  readonly leaseMs?: number;
  readonly push?: Partial<PushOptions>;
  /** Where pages of this server may connect beside it; default nowhere. */
  readonly pageConnects?: readonly string[];
  /** The application of Pusher clients; default none: nobody is served by that protocol. */
  readonly pusher?: PusherApp | null;
  /** How long to wait for another server on the file to end; default 8 s. */
  readonly lockWaitMs?: number;
  /** Origins whose pages may ask this server, beside its own; default none. */
  readonly allowedOrigins?: readonly string[];
  /** Who has it may read `/metrics`; default null: this machine alone. */
  readonly metricsToken?: string | null;
  /** Proxies of the operator in front of this server; default 0: nobody's forwarding headers are believed. */
  readonly proxies?: number;
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
  readonly accounts: Accounts;
  /** As `accounts.setRole`. */
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
  allowedOrigins: [],
  pageConnects: [],
  metricsToken: null,
  proxies: 0,
  rates: DEFAULT_RATES,
  stalledReaderMs: LIMITS.stalledReaderMs,
  streamGzip: true,
  leaseMs: LIMITS.leaseMs,
  durability: 'full',
  prepare: async () => {},
} as const;

/** Starts a server. `signal` ends it as `close` does. Rejects when the port or the file can't be had. */
export async function startServer(options: ServerOptions, signal?: AbortSignal): Promise<HoldfastServer> {
  const { dbFile: file, durability, documentSchema, now, log, prepare, port: wantedPort, host, ...rest } = { ...DEFAULTS, ...options };
  const life = new AbortController();
  const unlock = lockFile(file, options.lockWaitMs);
  const failed = (error: unknown) => log.error('a last use could not be written down', { error: describeError(error) });
  const store = openOr(unlock, () => openStore({ file, durability, documentSchema, side: { failed, now } }));
  const push = openOr(
    () => {
      store.close();
      unlock();
    },
    () => openPush({ store, dbFile: file, log, now }, { ...DEFAULT_PUSH, ...options.push }, life.signal),
  );
  const pusher = options.pusher ? createPusherDesk({ app: options.pusher, standing: createStanding(store, now) }) : null;
  const cloud = options.pusher?.cluster ? createPusherCloud({ app: options.pusher, cluster: options.pusher.cluster, log }, life.signal) : null;
  const hub = createHub({
    heard(tenant, record) {
      push.sender.hear(tenant, record);
      pusher?.wake(tenant);
      cloud?.wake(tenant);
    },
    ended: (isIts) => pusher?.closeOf(isIts),
  });
  const terms = createTerms(store);
  const gate = createStreamGate(hub, { ...STREAM_CAPS, ...options.caps }, Math.random);
  const tell = createTeamNotices(hub);
  const { leaseMs } = rest;
  const locks = createLockDesk({ db: store.db, tell, log, now, leaseMs }, life.signal);
  const presence = createPresenceBoard({ tell, leaseMs, now: () => performance.now() }, life.signal);
  const accounts = createAccounts({ store, hub, now });
  const tokens = { ...DEFAULT_TOKENS, ...options.tokens };
  const app = createApp({
    ...rest,
    store,
    hub,
    terms,
    gate,
    locks,
    presence,
    tell,
    push,
    pusher,
    accounts,
    log,
    now,
    tokens,
    isDraining: () => life.signal.aborted,
  });
  const fill = async () => {
    const known = store.tenants();
    await prepare(store);
    publishPriceList(store, rest.services, known, now());
  };
  const http = await prepareAndListen(app, { prepare: fill, port: wantedPort, host }).catch((error: unknown) => {
    life.abort();
    store.close();
    unlock();
    throw error;
  });
  attachPusher(http, { desk: pusher, proxies: rest.proxies }, life.signal);
  const retention = startRetention({ store, terms, log, now }, { ...DEFAULT_RETENTION, ...options.retention }, life.signal);
  let closing: Promise<void> | null = null;
  const close = (reason = 'shutdown') => (closing ??= closeAll({ http, hub, store, life, reason }).finally(unlock));
  signal?.addEventListener('abort', () => void close(), { once: true });
  const { address, port, family } = addressOf(http);
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  log.info('listening', { url });
  return { url, port, app, store, hub, retention, accounts, setRole: accounts.setRole, close };
}

function openOr<T>(giveUp: () => void, open: () => T): T {
  try {
    return open();
  } catch (error) {
    giveUp();
    throw error;
  }
}

/** The store is filled before the first request can see it half empty. */
async function prepareAndListen(
  app: App,
  { prepare, port, host }: Required<Pick<ServerOptions, 'port' | 'host'>> & { readonly prepare: () => Promise<void> },
): Promise<HttpServer> {
  await prepare();
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
