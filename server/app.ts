// The HTTP application: every path, in the order in which they are asked. Composition only.
import { Hono, type MiddlewareHandler } from 'hono';
import { requireSameOrigin, requireSession } from './auth/guards.ts';
import { routeSession, routeSignIn } from './auth/session-routes.ts';
import type { App, ServerEnv } from './http-context.ts';
import { describeError, type Logger } from './log.ts';
import type { PricedService } from './orders/price-list.ts';
import { HttpProblem, problemResponse } from './problem.ts';
import { routeRest } from './rest/rest-routes.ts';
import { routeStatus } from './rest/status-route.ts';
import { securityHeaders } from './static/security-headers.ts';
import { routeStatic } from './static/static-files.ts';
import type { Store } from './store/store.ts';
import type { Hub, StreamOwner } from './sync/hub.ts';
import { routeSync } from './sync/sync-routes.ts';
import { createTerms } from './sync/terms.ts';

export interface AppDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly log: Logger;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly services: readonly PricedService[];
  /** Folder of the built application; null serves the API alone. */
  readonly distDir: string | null;
  readonly heartbeatMs: number;
  readonly checkpointMs: number;
  /** False once the server is going down: `/readyz` says so. */
  readonly isReady: () => boolean;
}

export function createApp(deps: AppDeps): App {
  const { store, hub, log, now } = deps;
  const app = new Hono<ServerEnv>();
  const terms = createTerms();
  const fail = (message: string, error: unknown) => log.error(message, { error: describeError(error) });

  app.use(logRequests(log));
  app.use(securityHeaders);
  app.onError((error) => problemResponse(error instanceof HttpProblem ? error : unexpected(error, fail)));
  app.notFound((context) => problemResponse(new HttpProblem('not-found', `There is nothing at ${context.req.path.slice(0, 200)}.`)));

  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', (context) => context.text(deps.isReady() ? 'ready' : 'going down', deps.isReady() ? 200 : 503));

  app.use('/api/*', requireSameOrigin);
  routeSignIn(app, deps);
  app.use('/api/*', requireSession(store.sessions, now));
  routeSession(app, deps);
  routeStatus(app, { hub, terms, log: store.log });
  routeRest(app, deps);
  const { db, documents } = store;
  routeSync(app, {
    db,
    documents,
    log: store.log,
    hub,
    terms,
    now,
    fail,
    heartbeatMs: deps.heartbeatMs,
    checkpointMs: deps.checkpointMs,
    standing: standingOf(store, now),
  });
  app.all('/api/*', (context) => context.notFound());

  if (deps.distDir !== null) routeStatic(app, deps.distDir);
  return app;
}

/** The path without its query: a cursor is no secret, but a query may hold one. */
function logRequests(log: Logger): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const since = performance.now();
    await next();
    log.debug('request', { method: context.req.method, path: context.req.path, status: context.res.status, ms: Math.round(performance.now() - since) });
  };
}

function standingOf({ sessions }: Store, now: () => number) {
  return ({ sessionId, role }: StreamOwner) => {
    const session = sessions.useById(sessionId, now());
    if (!session) return 'ended';
    return session.role === role ? 'same' : 'role-changed';
  };
}

/** SQLite says that another process holds the file, or that the disk is full, as an error like any other. */
function unexpected(error: Error, fail: (message: string, error: unknown) => void): HttpProblem {
  fail('request failed', error);
  if (/database is locked|database table is locked/.test(error.message))
    return new HttpProblem('server/busy', 'Another process holds the database: try again.', { retryAfter: 1 });
  return new HttpProblem('server/failed', 'Something broke on the server. Nothing was written; try again.', { retryAfter: 5 });
}
