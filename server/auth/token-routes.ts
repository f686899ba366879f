// Tokens for applications that can't use the cookie (another site's page, a native shell): a short-lived access token, and a refresh token
// that gets the next one and ends with the session.
import * as v from 'valibot';
import { PATHS, type TokenAnswer } from '../../src/protocol/http.ts';
import { type App, readBody, type RequestContext } from '../http-context.ts';
import type { Logger } from '../log.ts';
import { HttpProblem } from '../problem.ts';
import { parseObject } from '../rest/validate.ts';
import type { Store } from '../store/store.ts';
import { signAccessToken } from './access-token.ts';
import type { PasswordCheck } from './password-check.ts';
import { toInfo } from './session-routes.ts';

export interface TokenRouteDeps {
  readonly store: Store;
  readonly log: Logger;
  readonly now: () => number;
  readonly checkPassword: PasswordCheck;
  readonly key: Uint8Array;
  readonly accessMs: number;
}

const REFRESH = v.pipe(v.string(), v.regex(/^[\w-]{20,128}$/));

/** Needs no session, and looks at no cookie. */
export function routeToken(app: App, deps: TokenRouteDeps): void {
  app.post(PATHS.token, (context) => answerToken(context, deps));
}

/** The refresh token stays what it is: two tabs that refresh at once must not lock each other out. */
async function answerToken(context: RequestContext, deps: TokenRouteDeps): Promise<Response> {
  const { store, now, key, accessMs } = deps;
  const body = parseObject(await readBody(context));
  const refreshToken = body['refreshToken'] === undefined ? await openSession(context, deps, body) : readRefreshToken(body['refreshToken']);
  const session = store.sessions.use(refreshToken, now());
  if (session?.kind !== 'refresh') throw new HttpProblem('auth/expired', 'The refresh token is not good (any more): sign in.');
  const accessToken = await signAccessToken(session, key, now(), accessMs);
  const answer: TokenAnswer = { accessToken, expiresInMs: accessMs, refreshToken, session: toInfo(session) };
  return context.json(answer, 200, { 'Cache-Control': 'no-store' });
}

async function openSession(context: RequestContext, { store, log, now, checkPassword }: TokenRouteDeps, body: Parameters<PasswordCheck>[1]): Promise<string> {
  const { tenant, user } = await checkPassword(context, body);
  log.info('signed in', { tenant, user, request: context.var.requestId });
  return store.sessions.open(tenant, user, now(), 'refresh');
}

function readRefreshToken(value: unknown): string {
  const result = v.safeParse(REFRESH, value);
  if (result.success) return result.output;
  throw new HttpProblem('request/malformed', "The refresh token can't be read.", { field: 'refreshToken', expected: 'a refresh token as this server gave it' });
}
