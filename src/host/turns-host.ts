// The host of a page where neither a SharedWorker nor locks exist (plain http, as on a phone or tablet in a LAN): pages take turns. Who finds nobody leading runs
// the engine in itself; the others follow it by bus and disk. Nothing guards the turn but the bus, so two may begin at once: the store's term then lets one of
// them write and no other (law 2), and the older one ends as soon as it hears the newer, or is refused.
//
//   ask -> nobody answers -> engine runs -+- fenced, handed over, broken: ask again
//    ^          \_ somebody leads: follow +- the page is frozen, put aside or leaves: says goodbye, whoever is left asks
//    \____________ goodbye, or silence ___/
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { BusMessage } from '../protocol/frame.ts';
import type { EngineEnd, HostInit } from '../protocol/rpc.ts';
import { SyncError } from '../core/sync-error.ts';
import { isNewerBuild } from '../engine/handover.ts';
import type { Host, HostDeps, TurnNeeds } from './contract.ts';
import type { OwnEngine, SpawnEngine } from './own-engine.ts';

export interface TurnsDeps extends HostDeps, TurnNeeds {
  readonly spawn: SpawnEngine;
}

/** Hidden pages ask later: timers of whoever is looked at are punctual. */
const HIDDEN_MS = 1_000;
/** A page of an older build leaves the turn to the one that asked for it. */
const OLDER_MS = 3_000;
/** After a turn that ended at once; doubled each time. */
const AGAIN_MS = 100;
const AGAIN_MOST_MS = 30_000;
const CALM_MS = 10_000;

export function createTurnsHost(deps: TurnsDeps, signal: AbortSignal): Host {
  const { clock, random, visibility, build } = deps;
  let engine: OwnEngine | null = null;
  /** Somebody who leads has spoken since this page asked. */
  let isLed = false;
  let isAsking = false;
  let isToAskAgain = false;
  let isAside = false;
  let olderUntil = -Infinity;
  let againMs = AGAIN_MS;
  let begunAt = -Infinity;

  function ask(): void {
    if (engine || isAside || signal.aborted) return;
    // Who answered may be gone before the time to answer is over.
    if (isAsking) return void (isToAskAgain = true);
    [isAsking, isToAskAgain, isLed] = [true, false, false];
    deps.post({ v: PROTOCOL_VERSION, k: 'ask', page: random.id() });
    clock.after(patienceMs(), () => {
      isAsking = false;
      if (isToAskAgain || (!isLed && clock.monotonic() < olderUntil)) ask();
      else if (!isLed) begin(false);
    });
  }

  /** By chance different for each page, so that of several that come at once one is first. */
  function patienceMs(): number {
    return deps.pingMs * (1 + random.number()) + (visibility.isVisible() ? 0 : HIDDEN_MS);
  }

  function begin(isStealing: boolean): void {
    if (engine || isAside || signal.aborted) return;
    begunAt = clock.monotonic();
    const init: HostInit = { v: PROTOCOL_VERSION, k: 'init', ...deps.init, host: 'inline', isStealing };
    const begun: OwnEngine = deps.spawn(init, {
      over: (why) => engine === begun && ended(why),
      broke(why) {
        if (engine !== begun) return;
        deps.failed(new SyncError('host/gone', 'The engine of this page could not run; it is tried again by itself.', { details: { why } }));
        ended('asked');
      },
    });
    engine = begun;
  }

  function ended(why: EngineEnd): void {
    engine = null;
    if (why === 'logged-out' || signal.aborted) return;
    againMs = clock.monotonic() - begunAt > CALM_MS ? AGAIN_MS : Math.min(AGAIN_MOST_MS, againMs * 2);
    clock.after(againMs, ask);
  }

  function giveUp(): void {
    const given = engine;
    engine = null;
    given?.terminate();
  }

  function suspend(): void {
    isAside = true;
    giveUp();
  }

  function resume(): void {
    isAside = false;
    ask();
  }

  function hear(message: BusMessage): void {
    if (message.k === 'handover' && isNewerBuild(message.build, build)) olderUntil = clock.monotonic() + OLDER_MS;
    if (message.k === 'frame') isLed = true;
    if (message.k !== 'beat' || message.phase === 'retired') return;
    isLed = true;
    if (!engine && isNewerBuild(build, message.build)) deps.post({ v: PROTOCOL_VERSION, k: 'handover', build });
  }

  // Frozen, it would hold the turn and say nothing; nobody could end it. (Leaving is no death that anybody is told of either.)
  visibility.onChange((event) => {
    if (event === 'frozen' || event === 'leaving') suspend();
    if (event === 'resumed') resume();
  }, signal);
  signal.addEventListener('abort', giveUp, { once: true });
  return {
    start: ask,
    hear,
    nextGeneration: () => 0,
    replace() {
      giveUp();
      begin(true);
    },
    suspend,
    resume,
  };
}
