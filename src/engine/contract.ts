// What an engine is given, and what it promises: the role, wherever it runs.
import type { EngineEnd } from '../protocol/rpc.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import type { Scope } from '../scope/scope.ts';
import type { Store } from '../store/contract.ts';
import type { Snapshots, StreamTransport } from '../transport/contract.ts';

export interface EngineDeps {
  readonly platform: Platform;
  readonly scope: Scope;
  readonly device: string;
  readonly policy: Policy;
  readonly stream: StreamTransport;
  readonly rest: Snapshots;
  /** Opens the scope's store; called again while it fails for a reason that may pass. */
  readonly openStore: (signal: AbortSignal) => Promise<Store>;
  /** Where this engine runs and which build it is; said with each beat. */
  readonly host: string;
  readonly build: string;
  /** How it comes to lead: it waits for `conn`, takes it from a holder that was found silent, or its page holds it already. */
  readonly way: 'queue' | 'steal' | 'held';
}

export type { EngineEnd } from '../protocol/rpc.ts';

export interface Engine {
  readonly id: string;
  /** True from the moment at which it was told to end, or found that it must. */
  isEnding(): boolean;
  /** Settles when this engine is over: its locks are released, its stream is closed, it writes no more. */
  readonly over: Promise<EngineEnd>;
}
