// Sign-in, who am I, sign-out. The cookie is HttpOnly: no script of a page ever holds the token.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { PATHS, type SessionInfo } from '../../src/protocol/http.ts';
import { type App, readBody, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import type { Logger } from '../log.ts';
import { parseObject } from '../rest/validate.ts';
import type { Store } from '../store/store.ts';
import type { Hub } from '../sync/hub.ts';
import type { PasswordCheck } from './password-check.ts';
import type { User } from './user-store.ts';

export const SESSION_COOKIE = 'holdfast_session';

export interface SessionDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly log: Logger;
  readonly now: () => number;
  readonly checkPassword: PasswordCheck;
}

/** The route that needs no session. GET and DELETE stand behind `requireSession`. */
export function routeSignIn(app: App, deps: SessionDeps): void {
  app.post(PATHS.session, (context) => signIn(context, deps));
}

export function routeSession(app: App, { store, hub }: SessionDeps): void {
  app.get(PATHS.session, (context) => context.json(toInfo(context.var.session), 200, { 'Cache-Control': 'no-store' }));
  app.delete(PATHS.session, (context) => {
    const { sessionId } = context.var.session;
    // A foreign issuer's token has no session here: its issuer ends it.
    if (sessionId !== null) {
      store.sessions.close(sessionId);
      hub.endSession(sessionId);
    }
    if (getCookie(context, SESSION_COOKIE) !== undefined) deleteCookie(context, SESSION_COOKIE, { path: '/' });
    return context.body(null, 204);
  });
}

async function signIn(context: RequestContext, { store, hub, log, now, checkPassword }: SessionDeps): Promise<Response> {
  const found = await checkPassword(context, parseObject(await readBody(context)));
  const before = getCookie(context, SESSION_COOKIE);
  const replaced = before ? store.sessions.use(before, now()) : null;
  if (replaced) {
    store.sessions.close(replaced.sessionId);
    hub.endSession(replaced.sessionId);
  }
  const { tenant, user } = found;
  setSessionCookie(context, store.sessions.open(tenant, user, now()));
  log.info('signed in', { tenant, user, request: context.var.requestId });
  return context.json(toInfo(found), 200, { 'Cache-Control': 'no-store' });
}

function setSessionCookie(context: RequestContext, token: string): void {
  const secure = context.var.peer.isHttps;
  setCookie(context, SESSION_COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/', secure, maxAge: LIMITS.sessionMs / 1_000 });
}

export function toInfo({ tenant, user, role, name, tenantName }: User): SessionInfo {
  return { tenant, user, role, name, tenantName };
}
