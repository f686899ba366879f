// Who comes with an email and a password: the one place where passwords are looked at, guesses slowed down, and old hashes replaced.
import * as v from 'valibot';
import type { RequestContext } from '../http-context.ts';
import type { Logger } from '../log.ts';
import { networkOf } from '../peer.ts';
import { HttpProblem } from '../problem.ts';
import type { Store } from '../store/store.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { hashPassword, isOutdated, isPassword, NOBODY } from './password.ts';
import { createSignInThrottle } from './sign-in-throttle.ts';
import type { User } from './user-store.ts';

export interface PasswordCheckDeps {
  readonly store: Store;
  readonly log: Logger;
  readonly now: () => number;
}

/** Throws `request/malformed`, `auth/failed`, `rate/limited`. */
export type PasswordCheck = (context: RequestContext, body: JsonObject) => Promise<User>;

export const PASSWORD = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));
const BODY = v.object({ email: v.pipe(v.string(), v.minLength(3), v.maxLength(254)), password: PASSWORD });

export function createPasswordCheck({ store, log, now }: PasswordCheckDeps): PasswordCheck {
  const throttle = createSignInThrottle();
  return async (context, body) => {
    const { email, password } = readCredentials(body);
    const network = networkOf(context.var.peer.address);
    const retryAfter = throttle.waitSeconds(network, email, now());
    if (retryAfter > 0) throw new HttpProblem('rate/limited', 'Too many failed sign-ins: wait.', { retryAfter });
    const found = store.users.findByEmail(email);
    if (!(await isPassword(password, found?.passwordHash ?? NOBODY)) || !found) {
      throttle.fail(network, email, now());
      log.info('sign-in failed', { address: context.var.peer.address, request: context.var.requestId });
      throw new HttpProblem('auth/failed', 'Email or password is wrong.');
    }
    throttle.succeed(network, email);
    const { tenant, user } = found.user;
    if (isOutdated(found.passwordHash)) store.users.setPassword(tenant, user, await hashPassword(password));
    return found.user;
  };
}

function readCredentials(body: JsonObject) {
  const result = v.safeParse(BODY, body);
  if (result.success) return result.output;
  throw new HttpProblem('request/malformed', "The sign-in can't be read.", {
    field: v.getDotPath(result.issues[0]) ?? 'body',
    expected: 'an email and a password',
  });
}
