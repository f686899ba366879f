// Of a page whose application says itself whose data it shows, or has tokens of its own: how its requests speak, and the session that goes with it.
// Loaded by such pages only.
import type { AuthKind } from '../../scope/registry.ts';
import type { Platform } from '../../platform/browser.ts';
import type { Net } from '../../platform/ports.ts';
import { createBearerNet } from '../../transport/bearer-net.ts';
import type { NamedUser, SessionDeps } from './account.ts';
import { createNamedSession } from './named-session.ts';
import { createPageTokens, type GetToken, type PageTokens } from './page-tokens.ts';
import { createSession, type Session } from './session.ts';

export interface OwnIdentityOptions {
  readonly named?: NamedUser | null | undefined;
  readonly auth?: AuthKind | undefined;
  readonly getToken?: GetToken | undefined;
}

export interface OwnIdentity {
  /** Null where the cookie speaks. */
  readonly tokens: PageTokens | null;
  readonly net: Net;
  createSession(deps: SessionDeps, signal: AbortSignal): Session;
}

export function createOwnIdentity({ named, auth, getToken }: OwnIdentityOptions, platform: Platform, baseUrl: string): OwnIdentity {
  if (auth === 'bearer' && !getToken) throw new TypeError('auth="bearer" needs getToken');
  const tokens = auth === 'bearer' && getToken ? createPageTokens((ask) => getToken({ ...ask, tenant: named?.tenant ?? null }), platform) : null;
  return {
    tokens,
    net: tokens ? createBearerNet(platform.net, tokens, baseUrl) : platform.net,
    createSession: (deps, signal) => (named ? createNamedSession({ ...deps, named }, signal) : createSession(deps, signal)),
  };
}
