// What an engine is given, and what it promises: the role, wherever it runs.
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
}

/** Why an engine ended; `logged-out` is the one after which nobody starts another. */
export type EngineEnd = 'asked' | 'fenced' | 'logged-out' | 'store-lost';

export interface Engine {
  readonly id: string;
  /** Settles when this engine is over: its locks are released, its stream is closed, it writes no more. */
  readonly over: Promise<EngineEnd>;
}
