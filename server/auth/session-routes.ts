// Sign-in, who am I, sign-out. The cookie is HttpOnly: no script of a page ever holds the token.
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as v from 'valibot';
import { PATHS, type SessionInfo } from '../../src/protocol/http.ts';
import { addressOf, type App, readBody, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';
import type { Logger } from '../log.ts';
import { HttpProblem } from '../problem.ts';
import { parseObject } from '../rest/validate.ts';
import type { Store } from '../store/store.ts';
import type { Hub } from '../sync/hub.ts';
import { isPassword, NOBODY } from './password.ts';
import { createSignInThrottle, type SignInThrottle } from './sign-in-throttle.ts';
import type { User } from './user-store.ts';

export const SESSION_COOKIE = 'holdfast_session';

export interface SessionDeps {
  readonly store: Store;
  readonly hub: Hub;
  readonly log: Logger;
  readonly now: () => number;
}

const BODY = v.object({ email: v.pipe(v.string(), v.minLength(3), v.maxLength(254)), password: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)) });

/** The routes that need no session, or only look at it. GET and DELETE stand behind `requireSession`. */
export function routeSignIn(app: App, deps: SessionDeps): void {
  const throttle = createSignInThrottle();
  app.post(PATHS.session, (context) => signIn(context, deps, throttle));
}

export function routeSession(app: App, { store, hub }: SessionDeps): void {
  app.get(PATHS.session, (context) => context.json(toInfo(context.var.session), 200, { 'Cache-Control': 'no-store' }));
  app.delete(PATHS.session, (context) => {
    const { sessionId } = context.var.session;
    store.sessions.close(sessionId);
    hub.endSession(sessionId);
    deleteCookie(context, SESSION_COOKIE, { path: '/' });
    return context.body(null, 204);
  });
}

async function signIn(context: RequestContext, { store, hub, log, now }: SessionDeps, throttle: SignInThrottle): Promise<Response> {
  const { email, password } = await readCredentials(context);
  const address = addressOf(context);
  const retryAfter = throttle.waitSeconds(address, email, now());
  if (retryAfter > 0) throw new HttpProblem('rate/limited', 'Too many failed sign-ins: wait.', { retryAfter });
  const found = store.users.findByEmail(email);
  if (!(await isPassword(password, found?.passwordHash ?? NOBODY)) || !found) {
    throttle.fail(address, email, now());
    log.info('sign-in failed', { address });
    throw new HttpProblem('auth/failed', 'Email or password is wrong.');
  }
  throttle.succeed(address, email);
  const before = getCookie(context, SESSION_COOKIE);
  const replaced = before ? store.sessions.use(before, now()) : null;
  if (replaced) {
    store.sessions.close(replaced.sessionId);
    hub.endSession(replaced.sessionId);
  }
  const { tenant, user } = found.user;
  setSessionCookie(context, store.sessions.open(tenant, user, now()));
  log.info('signed in', { tenant, user });
  return context.json(toInfo(found.user), 200, { 'Cache-Control': 'no-store' });
}

async function readCredentials(context: RequestContext) {
  const result = v.safeParse(BODY, parseObject(await readBody(context)));
  if (result.success) return result.output;
  throw new HttpProblem('request/malformed', "The sign-in can't be read.", {
    field: v.getDotPath(result.issues[0]) ?? 'body',
    expected: 'an email and a password',
  });
}

function setSessionCookie(context: RequestContext, token: string): void {
  const secure = new URL(context.req.url).protocol === 'https:' || context.req.header('x-forwarded-proto') === 'https';
  setCookie(context, SESSION_COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/', secure, maxAge: LIMITS.sessionMs / 1_000 });
}

function toInfo({ tenant, user, role, name, tenantName }: User): SessionInfo {
  return { tenant, user, role, name, tenantName };
}
