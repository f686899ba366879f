// What a page asks of the place where its engine may run. A page never waits for a host: it is told by the bus whether an engine lives.
import type { BusMessage } from '../protocol/frame.ts';
import type { HostInit } from '../protocol/rpc.ts';
import type { SyncError } from '../core/sync-error.ts';
import type { Clock, Locks, Random, Visibility } from '../platform/ports.ts';
import type { ScopeNames } from '../scope/scope.ts';

export interface Host {
  /** Starts the engine's place, joins the one that runs, or queues for the lead. Safe to call again. */
  start(): void;
  /** What the bus brings: beats, claims and hand-overs matter to a host. */
  hear(message: BusMessage): void;
  /** The number that the next `replace` will go by, for the claim that announces it. */
  nextGeneration(): number;
  /** The engine that leads is silent: starts another in its stead, which takes the lead from it. */
  replace(): void;
  /** The page is put aside (bfcache): what it holds for others is given up within this call. */
  suspend(): void;
  /** The page is back. */
  resume(): void;
}

/** What every host is told of the engine that it starts. */
export type EngineInit = Omit<HostInit, 'v' | 'k' | 'host' | 'isStealing'>;

export interface HostDeps {
  readonly names: ScopeNames;
  readonly init: EngineInit;
  readonly clock: Clock;
  readonly locks: Locks | null;
  /** Says something on the scope's bus. */
  readonly post: (message: BusMessage) => void;
  /** Number of this page's build. */
  readonly build: string;
  /** Between an order to retire and the end by force, ms. */
  readonly retireMs: number;
  /** The place could not be started; it is tried again by itself. */
  readonly failed: (error: SyncError) => void;
}

/** What pages need besides that take turns, because they have no locks. */
export interface TurnNeeds {
  readonly random: Random;
  readonly visibility: Visibility;
  /** How long whoever asks who leads waits for the answer, ms. */
  readonly pingMs: number;
}
