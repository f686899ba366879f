// Who a page is at a server that knows no people: one of the first documents, which has a stream of events without cursors and no sessions (bare mode). Whoever
// opens such a page sees what that server tells everybody. Loaded where a device has nobody signed in and the server has no sessions either.
import { isObject } from '../../protocol/json.ts';
import { PATHS } from '../../protocol/http.ts';
import { createScope } from '../../scope/create-scope.ts';
import type { CurrentSession } from '../../scope/registry.ts';
import type { SessionDeps } from './account.ts';
import { ANYONE } from './session.ts';

/** A server that has not greeted by then is none that we know. */
const GREETING_MS = 5_000;

/** Null unless the stream of this server greets without an epoch, now or, while it can't be reached (`isAway`), at an earlier start of this device. */
export async function findAnyone(deps: SessionDeps, isAway: boolean, signal: AbortSignal): Promise<CurrentSession | null> {
  const { registry, baseUrl, feed, auth } = deps;
  const whose = { tenant: ANYONE, user: ANYONE };
  const scope = createScope({ baseUrl, ...whose, feed });
  const known = (await registry?.remembered(scope.id).catch(() => null)) ?? null;
  if (isAway) return known;
  if (!(await greetsBare(deps, signal))) return null;
  if (known) return known;
  const session: CurrentSession = {
    ...whose,
    role: 'display',
    name: ANYONE,
    tenantName: ANYONE,
    scopeId: scope.id,
    baseUrl,
    feed,
    auth,
    signedInAt: deps.platform.clock.now(),
  };
  await registry?.remember(session).catch(() => {});
  return session;
}

function greetsBare({ baseUrl, platform: { clock } }: SessionDeps, signal: AbortSignal): Promise<boolean> {
  if (typeof EventSource === 'undefined') return Promise.resolve(false);
  const source = new EventSource(baseUrl + PATHS.events, { withCredentials: true });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(GREETING_MS, () => resolve(false));
  source.addEventListener('connected', ({ data }: MessageEvent<unknown>) => resolve(isBareHello(data)));
  source.addEventListener('error', () => resolve(false));
  signal.addEventListener('abort', () => resolve(false), { once: true });
  return promise.finally(() => {
    cancel();
    source.close();
  });
}

function isBareHello(data: unknown): boolean {
  try {
    const hello: unknown = JSON.parse(String(data));
    return isObject(hello) && typeof hello['epoch'] !== 'string';
  } catch {
    return false;
  }
}
