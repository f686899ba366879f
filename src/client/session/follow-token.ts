// Keeps the page's newest token on this device for the service worker, where the application asked for that (`storeToken`), and takes away what an earlier
// version of the application left where it did not. Loaded by pages with tokens only.
import type { Log } from '../../platform/ports.ts';
import type { Notes } from '../../store/contract.ts';
import { keepToken } from '../../store/kept-token.ts';
import type { PageTokens } from './page-tokens.ts';

export interface FollowTokenDeps {
  readonly tokens: Pick<PageTokens, 'current' | 'heard'>;
  readonly notes: Notes;
  readonly isWanted: boolean;
  readonly now: () => number;
  readonly log: Log;
}

export function followToken({ tokens, notes, isWanted, now, log }: FollowTokenDeps, signal: AbortSignal): void {
  let last: string | null = null;
  let kept: Promise<void> = Promise.resolve();

  /** In the order in which they were heard. */
  function keep(token: string | null): void {
    if (token === last && token !== null) return;
    last = token;
    // The failure's name alone: what is not kept is asked of the next page.
    kept = kept
      .then(() => keepToken(notes, token, now()))
      .catch((error: unknown) => log.debug('No token is kept', { error: error instanceof Error ? error.name : '' }));
  }

  if (!isWanted) return keep(null);
  tokens.heard(keep, signal);
  void tokens.current();
  // The newest there is, for when this page is gone.
  if ('document' in globalThis) document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void tokens.current(), { signal });
}
