// What every request under /api passes: no token in its address, a living session or a good token, and headers that name their owner.
import { getCookie } from 'hono/cookie';
import type { MiddlewareHandler } from 'hono';
import { HEADERS } from '../../src/protocol/http.ts';
import { queryOf, type RequestContext, type ServerEnv } from '../http-context.ts';
import { hasBearer } from '../origins.ts';
import { HttpProblem } from '../problem.ts';
import type { Session, SessionStore } from './session-store.ts';
import { SESSION_COOKIE } from './session-routes.ts';
import { refused } from './token-verifier.ts';

export interface SessionGuardDeps {
  readonly sessions: SessionStore;
  readonly now: () => number;
  /** Throws `auth/expired` for a token that isn't good. */
  readonly sessionOfToken: (token: string) => Promise<Session>;
}

/** Parameters under which a token would come. Addresses end up in logs and histories of everybody on the way. */
const TOKEN_PARAMETERS: readonly string[] = ['access_token', 'accesstoken', 'token', 'id_token', 'jwt', 'auth', 'authorization', 'bearer', 'api_key', 'apikey'];

export const refuseTokenInAddress: MiddlewareHandler<ServerEnv> = async (context, next) => {
  const field = [...queryOf(context).keys()].find((name) => TOKEN_PARAMETERS.includes(name.toLowerCase()));
  if (field !== undefined) {
    throw new HttpProblem('request/malformed', 'A token does not belong into an address: it is in logs now and should be revoked.', {
      field,
      expected: 'the header Authorization: Bearer',
    });
  }
  await next();
};

export function requireSession(deps: SessionGuardDeps): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const session = await sessionOf(context, deps);
    requireOwner(context, HEADERS.tenant, session.tenant);
    requireOwner(context, HEADERS.user, session.user);
    context.set('session', session);
    await next();
  };
}

/** Who sends a token means it: a cookie that comes along is not asked, and does not help a token that is refused. */
async function sessionOf(context: RequestContext, { sessions, now, sessionOfToken }: SessionGuardDeps): Promise<Session> {
  if (hasBearer(context)) {
    const [, token] = /^bearer +([\w~+/.-]+=*)$/i.exec(context.req.header('authorization') ?? '') ?? [];
    if (token === undefined) throw refused('it is no token');
    return sessionOfToken(token);
  }
  const cookie = getCookie(context, SESSION_COOKIE);
  const session = cookie ? sessions.use(cookie, now()) : null;
  if (session?.kind !== 'cookie') throw new HttpProblem('auth/expired', 'Sign in (again).');
  return { ...session, endsAt: null };
}

/** Law 9: a request that names another's session is sent to nobody's data. */
function requireOwner(context: RequestContext, header: string, owner: string): void {
  const named = context.req.header(header);
  if (named === undefined || named === owner) return;
  throw new HttpProblem('identity/mismatch', `${header} names another than who is signed in.`, { field: header });
}
