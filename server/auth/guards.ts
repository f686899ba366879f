// What every request under /api passes: same origin for unsafe methods, a living session, and headers that name that session's owner.
import { getCookie } from 'hono/cookie';
import type { MiddlewareHandler } from 'hono';
import { HEADERS } from '../../src/protocol/http.ts';
import type { RequestContext, ServerEnv } from '../http-context.ts';
import { HttpProblem } from '../problem.ts';
import type { SessionStore } from './session-store.ts';
import { SESSION_COOKIE } from './session-routes.ts';

const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * The cookie comes with every request, so an unsafe one must come from our own pages. A browser always says where from, by
 * Sec-Fetch-Site or Origin; what says neither is no browser and carries no cookie that it wasn't given.
 */
export const requireSameOrigin: MiddlewareHandler<ServerEnv> = async (context, next) => {
  if (!SAFE.includes(context.req.method) && !isSameOrigin(context)) {
    throw new HttpProblem('auth/forbidden', 'Writes are taken from pages of this origin only.', { field: 'Origin', expected: 'the origin of this server' });
  }
  await next();
};

export function requireSession(sessions: SessionStore, now: () => number): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const token = getCookie(context, SESSION_COOKIE);
    const session = token ? sessions.use(token, now()) : null;
    if (!session) throw new HttpProblem('auth/expired', 'Sign in (again).');
    requireOwner(context, HEADERS.tenant, session.tenant);
    requireOwner(context, HEADERS.user, session.user);
    context.set('session', session);
    await next();
  };
}

function isSameOrigin(context: RequestContext): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = context.req.header('origin');
  return origin === undefined || hostOf(origin) === (context.req.header('host') ?? new URL(context.req.url).host);
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** Law 9: a request that names another's session is sent to nobody's data. */
function requireOwner(context: RequestContext, header: string, owner: string): void {
  const named = context.req.header(header);
  if (named === undefined || named === owner) return;
  throw new HttpProblem('identity/mismatch', `${header} names another than who is signed in.`, { field: header });
}
