// The host of a page: the best place that this browser has, and the next best when that can't be started. A SharedWorker's code is here from
// the start; what an elected page needs is loaded where it is needed.
import type { BusMessage } from '../protocol/frame.ts';
import type { HostKind } from '../protocol/rpc.ts';
import type { SyncError } from '../core/sync-error.ts';
import { chooseHost, nextHost, readAbilities, type HostChoice, type HostWish } from './choose-host.ts';
import type { Host, HostDeps, TurnNeeds } from './contract.ts';
import { createLazyHost } from './lazy-host.ts';
import { createSharedHost } from './shared-host.ts';

export interface ChosenHost extends Host {
  /** Where this page's engine would run, and why there. */
  choice(): HostChoice;
}

/** Failures in a row, or replacements that were never heard, until the next best place is tried. */
const TRIES = 2;

export function createHost(deps: HostDeps & TurnNeeds & { readonly wish: HostWish }, signal: AbortSignal): ChosenHost {
  const abilities = readAbilities(deps.locks !== null);
  let choice = chooseHost(deps.wish, abilities);
  let life = new AbortController();
  let failures = 0;
  let host = make(choice.kind);

  function make(kind: HostKind): Host {
    const until = AbortSignal.any([signal, life.signal]);
    const own = { ...deps, failed };
    return kind === 'shared' ? createSharedHost(own, until) : createLazyHost(kind, own, until);
  }

  function failed(error: SyncError): void {
    deps.failed(error);
    failures += 1;
    if (failures >= TRIES && fallBack()) host.start();
  }

  /** False when there is no other place to try. */
  function fallBack(): boolean {
    const next = nextHost(choice.kind, abilities);
    if (!next) return false;
    life.abort();
    life = new AbortController();
    failures = 0;
    choice = next;
    host = make(next.kind);
    return true;
  }

  return {
    start: () => host.start(),
    hear(message: BusMessage) {
      if (message.k === 'beat' && message.phase !== 'retired') failures = 0;
      host.hear(message);
    },
    nextGeneration: () => host.nextGeneration(),
    replace() {
      failures += 1;
      // The one that replaced a silent engine was never heard either.
      if (failures >= TRIES) fallBack();
      host.replace();
    },
    suspend: () => host.suspend(),
    resume: () => host.resume(),
    choice: () => choice,
  };
}
