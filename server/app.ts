// The HTTP application: every path, in the order in which they are asked. Composition only.
import { Hono } from 'hono';
import { routeChannelPoll } from './aliases/channel-poll.ts';
import { routePlainOrders } from './aliases/plain-orders.ts';
import { routeTenantOrders } from './aliases/tenant-orders.ts';
import { ownKeyOf } from './auth/access-token.ts';
import type { Accounts } from './auth/accounts.ts';
import { refuseTokenInAddress, requireSession } from './auth/guards.ts';
import { createPasswordCheck } from './auth/password-check.ts';
import { routeSession, routeSignIn } from './auth/session-routes.ts';
import { createStanding } from './auth/standing.ts';
import { identify } from './auth/token-identity.ts';
import type { TokenOptions } from './auth/token-options.ts';
import { routeToken } from './auth/token-routes.ts';
import { createTokenVerifier } from './auth/token-verifier.ts';
import { routeUsers } from './auth/user-routes.ts';
import type { App, RequestContext, ServerEnv } from './http-context.ts';
import { describeError, type Logger } from './log.ts';
import type { LockDesk } from './locks/lock-desk.ts';
import { routeLocks } from './locks/lock-routes.ts';
import { createMetrics, routeMetrics, routeReports } from './metrics/metrics-routes.ts';
import { routeActivity } from './orders/activity.ts';
import type { PricedService } from './orders/price-list.ts';
import { allowOrigins, hasBearer, requireOwnPage } from './origins.ts';
import { notePeer } from './peer.ts';
import type { PresenceBoard } from './presence/presence-board.ts';
import { routePresence } from './presence/presence-routes.ts';
import type { TellTeam } from './presence/team-notices.ts';
import { HttpProblem, problemResponse } from './problem.ts';
import type { PusherDesk } from './pusher/desk.ts';
import { routePusherAuth, routePusherConfig, routePusherTrigger } from './pusher/pusher-routes.ts';
import { routePush, type PushRouteDeps } from './push/push-routes.ts';
import { createRateGuards, type RateLimits } from './rate-limits.ts';
import { logRequests } from './request-log.ts';
import { routeRest } from './rest/rest-routes.ts';
import { routeStatus } from './rest/status-route.ts';
import { securityHeaders } from './static/security-headers.ts';
import { routeStatic } from './static/static-files.ts';
import { createWriteProbe } from './store/readiness.ts';
import type { Store } from './store/store.ts';
import type { Hub } from './sync/hub.ts';
import { routeSync, type SyncRouteDeps } from './sync/sync-routes.ts';
import type { StreamGate } from './sync/stream-caps.ts';
import type { Terms } from './sync/terms.ts';

export interface AppDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly accounts: Accounts;
  readonly log: Logger;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly services: readonly PricedService[];
  /** Folder of the built application; null serves the API alone. */
  readonly distDir: string | null;
  readonly heartbeatMs: number;
  readonly checkpointMs: number;
  readonly tokens: TokenOptions;
  /** Origins whose pages may ask this server, beside its own. */
  readonly allowedOrigins: readonly string[];
  /** Who has it may read `/metrics`; null: this machine alone. */
  readonly metricsToken: string | null;
  /** Where pages of this server may connect beside it: addresses of Pusher's cloud. */
  readonly pageConnects: readonly string[];
  /** How many proxies of ours stand in front: their forwarding headers are believed. */
  readonly proxies: number;
  readonly push: PushRouteDeps['push'];
  /** Null: no Pusher clients. */
  readonly pusher: PusherDesk | null;
  readonly terms: Terms;
  readonly locks: LockDesk;
  readonly presence: PresenceBoard;
  /** Says something to who follows a tenant live; see routePresence. */
  readonly tell: TellTeam;
  readonly gate: StreamGate;
  /** Null: nobody is held back. */
  readonly rates: RateLimits | null;
  readonly stalledReaderMs: number;
  readonly streamGzip: boolean;
  /** True once the server is going down: no stream is opened any more, and `/readyz` says so. */
  readonly isDraining: () => boolean;
}

export function createApp(deps: AppDeps): App {
  const { store, hub, log, now, proxies, terms, gate } = deps;
  const app = new Hono<ServerEnv>();
  const fail = (message: string, error: unknown) => log.error(message, { error: describeError(error) });

  app.use(notePeer(proxies, log));
  app.use(securityHeaders(deps.pageConnects));
  app.use(logRequests(log, proxies));
  app.onError((error, context) => answerProblem(context, error instanceof HttpProblem ? error : unexpected(error, fail)));
  app.notFound((context) => problemResponse(new HttpProblem('not-found', `There is nothing at ${context.req.path.slice(0, 200)}.`)));

  const metrics = createMetrics({ hub, log: store.log });
  routeMetrics(app, metrics, deps);
  app.get('/healthz', (context) => context.text('ok'));
  const isWritable = createWriteProbe({ db: store.db, now, log });
  app.get('/readyz', (context) => {
    const trouble = deps.isDraining() ? 'going down' : isWritable() ? null : 'the database takes no writes';
    return context.text(trouble ?? 'ready', trouble === null ? 200 : 503, { 'Cache-Control': 'no-store' });
  });

  const limit = createRateGuards(deps.rates);
  app.use('/api/*', allowOrigins(deps.allowedOrigins));
  app.use('/api/*', limit.byAddress);
  app.use('/apps/*', limit.byAddress);
  routePusherTrigger(app, { desk: deps.pusher, now });
  app.use('/api/*', refuseTokenInAddress);
  app.use('/api/*', requireOwnPage(deps.allowedOrigins));
  const sessionDeps = { ...deps, checkPassword: createPasswordCheck(deps) };
  const key = ownKeyOf(deps.tokens);
  routeSignIn(app, sessionDeps);
  routeToken(app, { ...sessionDeps, key, accessMs: deps.tokens.accessMs });
  app.use('/api/*', requireSession({ sessions: store.sessions, now, sessionOfToken: sessionOfToken(deps, key) }));
  app.use('/api/*', limit.byUser);
  routeSession(app, sessionDeps);
  routeUsers(app, deps);
  routeReports(app, metrics);
  const { log: events, sideWrites } = store;
  routeStatus(app, { hub, terms, gate, log: events, sideWrites, presence: deps.presence, push: deps.push.sender, pusher: deps.pusher });
  routeRest(app, deps);
  routeActivity(app, deps);
  routeLocks(app, deps);
  routePresence(app, deps);
  routePush(app, deps);
  const { db, documents } = store;
  const sync: SyncRouteDeps = {
    db,
    documents,
    log: store.log,
    hub,
    terms,
    gate,
    now,
    fail,
    heartbeatMs: deps.heartbeatMs,
    checkpointMs: deps.checkpointMs,
    stalledReaderMs: deps.stalledReaderMs,
    streamGzip: deps.streamGzip,
    rates: deps.rates,
    isDraining: deps.isDraining,
    standing: createStanding(store, now),
  };
  routeSync(app, sync);
  routePlainOrders(app, deps);
  routeTenantOrders(app, { ...sync, store, locks: deps.locks });
  routePusherConfig(app, { desk: deps.pusher });
  routePusherAuth(app, { desk: deps.pusher });
  routeChannelPoll(app, { log: store.log, documents, now, rates: deps.rates });
  app.all('/api/*', (context) => context.notFound());

  if (deps.distDir !== null) routeStatic(app, deps.distDir);
  return app;
}

/** A 401 says by what one may sign a request, and which of the two was wrong: the token, or that there was none. */
function answerProblem(context: RequestContext, problem: HttpProblem): Response {
  if (problem.code !== 'auth/expired') return problemResponse(problem);
  return problemResponse(problem, { 'WWW-Authenticate': hasBearer(context) ? 'Bearer error="invalid_token"' : 'Bearer' });
}

function sessionOfToken({ store, now, tokens, accounts }: AppDeps, key: Uint8Array) {
  const verify = createTokenVerifier(tokens, key, now);
  return async (token: string) => identify({ store, now, setRole: accounts.setRole }, await verify(token));
}

/** SQLite says that another process holds the file, or that the disk is full, as an error like any other. */
function unexpected(error: Error, fail: (message: string, error: unknown) => void): HttpProblem {
  fail('request failed', error);
  if (/database is locked|database table is locked/.test(error.message))
    return new HttpProblem('server/busy', 'Another process holds the database: try again.', { retryAfter: 1 });
  return new HttpProblem('server/failed', 'Something broke on the server. Nothing was written; try again.', { retryAfter: 5 });
}
