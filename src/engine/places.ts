// How many scopes of a browser stream: over HTTP/1.1 it has six connections to a server, and each stream takes one for good. Three stream, the later ones poll
// until there is a place. Who leads holds `conn`; who leads and polls for want of a place holds `waiting` as well, so that everybody can count.
// Loaded by engines that find more than three scopes.
import { aborted } from '../platform/locks.ts';
import type { Platform } from '../platform/browser.ts';
import { scopeNames, type Scope, type ScopeNames } from '../scope/scope.ts';

export const MOST_STREAMS = 3;
/** One engine after the other looks for a place, so that two don't take the same. */
const TURN = 'holdfast:places';
const LOOK_MS = 5_000;

export interface PlacesDeps {
  readonly platform: Pick<Platform, 'locks' | 'clock'>;
  readonly scope: Scope;
}

/** For an engine that holds `conn`. Says false when there is a place for it, now or later; until then it polls. */
export async function waitForPlace({ platform: { locks, clock }, scope }: PlacesDeps, crowded: (isCrowded: boolean) => void, life: AbortSignal): Promise<void> {
  const names = scopeNames(scope);
  const held = async (): Promise<readonly string[]> => (await locks?.held?.()) ?? [];
  if (!locks) return;
  const { request } = locks;
  let leave = await sitDown();
  if (leave) look();
  else crowded(false);

  /** Null where there is a place. Two that come at once may both sit down: one of them gets up at its first look. */
  async function sitDown(): Promise<(() => Promise<void>) | null> {
    if (streamsOfOthers(await held(), names) < MOST_STREAMS) return null;
    const up = new AbortController();
    const { promise: isSeated, resolve } = Promise.withResolvers<void>();
    // From an engine of this scope that hangs: who holds `conn` is who counts.
    const seat = request(names.waiting, { steal: true }, () => (resolve(), Promise.race([aborted(up.signal), aborted(life)]))).catch(resolve);
    await isSeated;
    return () => (up.abort(), seat);
  }

  function look(): void {
    clock.after(LOOK_MS, () => {
      if (life.aborted) return;
      request(TURN, { ifAvailable: true }, async (isMyTurn) => isMyTurn && (await takePlace()))
        .then((isFree) => (isFree ? life.aborted || crowded(false) : look()))
        .catch(look);
    });
  }

  /** Gets up first, and sits down again where somebody came meanwhile: who comes counts whoever stands. */
  async function takePlace(): Promise<boolean> {
    if (streamsOfOthers(await held(), names) >= MOST_STREAMS) return false;
    await leave?.();
    leave = await sitDown();
    return leave === null;
  }
}

/** Scopes beside this one that lead, have a page, and don't wait. (A SharedWorker outlives its last page by minutes, its stream by seconds.) */
export function streamsOfOthers(held: readonly string[], { conn }: Pick<ScopeNames, 'conn'>): number {
  const scopesOf = (lock: RegExp): Set<string> => new Set(held.flatMap((name) => lock.exec(name)?.[1] ?? []));
  const [pages, waiting, own] = [scopesOf(/^(holdfast:.*):tab:/), scopesOf(/^(holdfast:.*):waiting$/), conn.replace(/:conn$/, '')];
  return [...scopesOf(/^(holdfast:.*):conn$/)].filter((scope) => scope !== own && pages.has(scope) && !waiting.has(scope)).length;
}
