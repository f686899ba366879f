// The host of an elected page: the page queues for `conn`, and while it holds the lock it runs the engine, whose life it decides. It ends in
// five ways, and after each but leaving and log-out the page queues again:
//
//   queue -> granted -> engine runs -+- the engine says it is over (fenced, handed over, store lost)
//                                    +- the lock is stolen: told to retire, ended by force after a second
//                                    +- its worker broke or is silent: another one under the same lock
//                                    +- the page is put aside or leaves
//                                    +- log-out
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { BusMessage } from '../protocol/frame.ts';
import type { EngineEnd, HostInit } from '../protocol/rpc.ts';
import { SyncError } from '../core/sync-error.ts';
import { isNewerBuild } from '../engine/handover.ts';
import type { Host, HostDeps } from './contract.ts';
import { keepSpare } from './keep-spare.ts';
import type { EnginePlace, OwnEngine } from './own-engine.ts';

export interface ElectedDeps extends HostDeps, EnginePlace {
  readonly kind: 'elected' | 'inline';
}

/** One time of leading: from the grant of `conn` until it is given back or taken. */
interface Reign {
  engine: OwnEngine;
  readonly since: number;
  readonly over: Promise<EngineEnd>;
  readonly settle: (end: EngineEnd) => void;
  isEnding: boolean;
  hasBroken: boolean;
}

/** Before queueing again after a reign that ended at once, and before another worker after one that broke; doubled each time. */
const AGAIN_MS = 100;
const AGAIN_MOST_MS = 30_000;
/** A reign of this length was none that ended at once. */
const CALM_MS = 10_000;

export function createElectedHost(deps: ElectedDeps, signal: AbortSignal): Host {
  const { names, clock, build } = deps;
  /** Null while this page neither leads nor queues. */
  let waiting: AbortController | null = null;
  let reign: Reign | null = null;
  let isAside = false;
  let againMs = AGAIN_MS;

  function queue(isStealing: boolean): void {
    if (!deps.locks || signal.aborted || isAside || waiting || reign) return;
    const wish = new AbortController();
    waiting = wish;
    if (!isStealing) keepSpare({ ...deps, locks: deps.locks }, AbortSignal.any([wish.signal, signal]));
    // A request that steals is granted at once and takes no signal.
    const options = isStealing ? { steal: true } : { signal: AbortSignal.any([wish.signal, signal]) };
    let mine: Reign | null = null;
    void deps.locks
      .request(names.conn, options, async () => {
        if (wish.signal.aborted || signal.aborted) return;
        waiting = null;
        mine = lead(isStealing);
        // What was kept ready is in use now: another page may.
        wish.abort();
        await mine.over;
      })
      // A lock that was stolen rejects while the engine still runs; one whose engine retired first resolves. Either way the reign is over.
      .catch(() => (mine ? end(mine) : undefined))
      .then(() => (mine ? ended(mine) : undefined));
  }

  function lead(isStealing: boolean): Reign {
    const { promise, resolve } = Promise.withResolvers<EngineEnd>();
    const since = clock.monotonic();
    const made: Reign = { engine: spawn(() => made, isStealing), since, over: promise, settle: resolve, isEnding: false, hasBroken: false };
    reign = made;
    return made;
  }

  /** `isStealing`: the engine before this one is silent, and may still hold what engines hold. */
  function spawn(of: () => Reign, isStealing: boolean): OwnEngine {
    const init: HostInit = { v: PROTOCOL_VERSION, k: 'init', ...deps.init, host: deps.kind, isStealing };
    const engine: OwnEngine = deps.spawn(init, {
      over: (why) => of().engine === engine && settle(of(), why),
      broke: (why) => of().engine === engine && broke(of(), why),
    });
    return engine;
  }

  function settle(settled: Reign, why: EngineEnd): void {
    settled.engine.terminate();
    settled.settle(why);
  }

  /** Once it comes back at once, under the same lock; where that doesn't help, the lock is free for a page that fares better. */
  function broke(broken: Reign, why: string): void {
    deps.failed(new SyncError('host/gone', 'The worker of this page could not run; it is tried again by itself.', { details: { why } }));
    if (broken.hasBroken || broken.isEnding) return settle(broken, 'asked');
    broken.hasBroken = true;
    restart(broken, false);
  }

  function restart(restarted: Reign, isStealing: boolean): void {
    restarted.engine.terminate();
    restarted.engine = spawn(() => restarted, isStealing);
  }

  /** Tells the engine to retire; one that doesn't within its time is ended. */
  function end(ending: Reign): void {
    if (ending.isEnding) return;
    ending.isEnding = true;
    ending.engine.retire();
    clock.after(deps.retireMs, () => settle(ending, 'asked'));
  }

  async function ended(last: Reign): Promise<void> {
    const why = await last.over;
    if (reign === last) reign = null;
    if (clock.monotonic() - last.since > CALM_MS) againMs = AGAIN_MS;
    again(why);
  }

  function again(why: EngineEnd): void {
    if (why === 'logged-out' || signal.aborted) return;
    if (why === 'handed-over') return queue(false);
    clock.after(againMs, () => queue(false));
    againMs = Math.min(AGAIN_MOST_MS, againMs * 2);
  }

  /** Behind whoever waits: among them the newer build that asked. */
  function requeue(isStealing: boolean): void {
    withdraw();
    queue(isStealing);
  }

  function withdraw(): void {
    waiting?.abort();
    waiting = null;
  }

  function hear(message: BusMessage): void {
    if (message.k === 'handover' && waiting && isNewerBuild(message.build, build)) requeue(false);
    if (message.k !== 'beat' || message.phase === 'retired') return;
    if (reign) againMs = message.phase === 'live' ? AGAIN_MS : againMs;
    else if (waiting && isNewerBuild(build, message.build)) deps.post({ v: PROTOCOL_VERSION, k: 'handover', build });
  }

  signal.addEventListener('abort', () => (reign ? end(reign) : undefined), { once: true });
  return {
    start: () => queue(false),
    hear,
    nextGeneration: () => 0,
    replace() {
      if (!reign) requeue(true);
      else if (reign.isEnding) settle(reign, 'asked');
      else restart(reign, true);
    },
    suspend() {
      isAside = true;
      withdraw();
      if (reign) settle(reign, 'asked');
    },
    resume() {
      isAside = false;
      queue(false);
    },
  };
}
