// Tokens of a page: what the application's `getToken` answers, for the page's own requests and for the engine that asks over the bus.
// Nothing of it is kept here: the application knows its tokens' life. Loaded with `auth="bearer"` only.
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { TokenAnswer, TokenAsk } from '../../protocol/frame.ts';
import type { Clock, Log } from '../../platform/ports.ts';
import { readToken, type TokenPort } from '../../transport/bearer-net.ts';

/**
 * The application's tokens. `isRefused`: the server did not take the last one, so another is wanted (refresh it, or answer null). Null = none to
 * give: people are asked to sign in again. Called in pages only, at most once at a time for each of the two questions. `tenant`: whose token, where the
 * page names its user, by the provider or by a hook.
 */
export type GetToken = (ask: { readonly isRefused: boolean; readonly tenant: string | null }) => Promise<string | null> | string | null;

export interface PageTokens extends TokenPort {
  /** Answers an engine that asked this page. */
  answer(ask: TokenAsk, page: string, post: (answer: TokenAnswer) => void): void;
  /** Tells each word of the application: a token, or that it has none. One that fails or doesn't answer says neither. */
  heard(listener: (token: string | null) => void, signal: AbortSignal): void;
}

/** An application that doesn't answer has no token: a request must not hang on it. */
const GET_MS = 10_000;

export function createPageTokens(
  getToken: (ask: { readonly isRefused: boolean }) => ReturnType<GetToken>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): PageTokens {
  const pending = new Map<boolean, Promise<string | null>>();
  const listeners = new Set<(token: string | null) => void>();

  /** Single flight: however many requests were refused, the application is asked for one new token. */
  function get(isRefused: boolean): Promise<string | null> {
    const known = pending.get(isRefused);
    if (known) return known;
    const got = inTime(isRefused).finally(() => pending.delete(isRefused));
    pending.set(isRefused, got);
    return got;
  }

  async function inTime(isRefused: boolean): Promise<string | null> {
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const cancel = clock.after(GET_MS, () => resolve(null));
    const got = async (): Promise<string | null> => {
      const token = readToken(await getToken({ isRefused }));
      for (const tell of listeners) tell(token);
      return token;
    };
    try {
      return await Promise.race([got(), late]);
    } catch (error) {
      // Its name alone: what an application throws about tokens may hold one.
      log.error('getToken of the application failed', { error: error instanceof Error ? error.name : typeof error });
      return null;
    } finally {
      cancel();
    }
  }

  return {
    current: () => get(false),
    async renewed(refused) {
      const next = await get(true);
      return next === refused ? null : next;
    },
    heard(listener, signal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
    answer({ engine, ask, isRefused }, page, post) {
      void get(isRefused).then((token) => post({ v: PROTOCOL_VERSION, k: 'token', engine, ask, page, token }));
    },
  };
}
