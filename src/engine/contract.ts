// What an engine is given, and what it promises: the role, wherever it runs.
import type { EngineEnd } from '../protocol/rpc.ts';
import type { OutboxNotice } from '../protocol/frame.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { OverlayView } from '../core/overlay.ts';
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
  /** No stream may be held open where it runs: polls carry the events, whatever anybody prefers. */
  readonly isStreamless?: boolean;
  /** Starts what sends the user's writes, until `life` aborts; rejects where its code can't be loaded. Absent where nothing is kept. */
  readonly openDrain?: ((seat: DrainSeat, life: AbortSignal) => Promise<EngineDrain>) | undefined;
}

/** What the engine lends to whoever drains the outbox. */
export interface DrainSeat {
  /** Waits for a turn in the budget that streams, polls and writes share. */
  afford(until: AbortSignal): Promise<void>;
  note(key: string): unknown;
  /** See `EntryAnswer.runNo`. */
  runNo(): number | null;
  /** What the log on disk holds; null while there is none. */
  view(): OverlayView | null;
  post(notice: OutboxNotice): void;
}

export interface EngineDrain {
  /** A KickReason; what it doesn't know means "look". */
  kick(why: string): void;
  saw(events: readonly SyncEvent[]): void;
}

export type { EngineEnd } from '../protocol/rpc.ts';

export interface Engine {
  readonly id: string;
  /** True from the moment at which it was told to end, or found that it must. */
  isEnding(): boolean;
  /** Settles when this engine is over: its locks are released, its stream is closed, it writes no more. */
  readonly over: Promise<EngineEnd>;
}
