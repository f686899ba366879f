// What a page asks to be written, and what it is told of it: first that it is kept, then its fate. Types only; the code is `page-outbox`.
import type { Choice } from '../../core/conflict.ts';
import type { Effect, Entry, WriteRequest } from '../../core/entry.ts';
import type { SyncError } from '../../core/sync-error.ts';
import type { Accepted, Decided } from '../../outbox/contract.ts';

export type { Accepted, Choice, Decided, Effect, Entry, WriteRequest };

/**
 * A request that is kept and sent, however long that takes. `effect` is what every tab shows meanwhile. `original`, if left out, is the
 * confirmed document on this device: the server refuses a write on anything else, and `policy` says what then happens.
 */
export interface Mutation extends WriteRequest {
  /** True: the last write wins, whatever the document has become. */
  readonly isUnconditional?: boolean;
}

/** How a write ended. A conflict may still be decided, and what was rejected be corrected, by the person: `useOutbox`. */
export type Fate =
  | { readonly outcome: 'applied'; readonly id: string; readonly version: number | null; readonly cursor: string | null }
  | { readonly outcome: 'rejected'; readonly id: string; readonly error: SyncError }
  | { readonly outcome: 'conflict'; readonly id: string; readonly entry: Entry | null }
  /** Nobody here saw how it ended: the page slept, or was closed. */
  | { readonly outcome: 'unknown'; readonly id: string };

export interface MutationHandle {
  /**
   * Resolves when the write is on disk (`durable: false`: the disk takes none, and it lies in this page's memory until it does). Rejects before anything was
   * promised: `write/too-large`, `store/outbox-full`, `store/closed`, ...
   */
  readonly accepted: Promise<Accepted>;
  /** The write's fate; waits as long as that takes, also for ever. Never rejects. */
  readonly settled: Promise<Fate>;
}

/** Something that this page alone shows, for as long as it lives. */
export interface ShownEffect {
  /** Taken away at once. */
  end(): void;
  /** It stays until the server's next value of the document; `withinMs` = but not longer than this. */
  endWithNextValue(withinMs: number | null): void;
}

/** What a page does with its outbox beside writing. */
export interface OutboxDesk extends OutboxDecisions {
  /** Shows something on this page alone that nobody keeps: the optimistic half of a call that the application makes itself. */
  show(effect: Effect): ShownEffect;
}

/** What a person decides about entries; see Outbox in outbox/contract. Fails with `store/unavailable` where nothing is kept. */
export interface OutboxDecisions {
  retry(id: string): Promise<string | null>;
  edit(id: string, change: Partial<WriteRequest>): Promise<string | null>;
  discard(id: string): Promise<boolean>;
  /** As discard, but only what nobody has tried to send; false = it may be on its way, so that only its opposite can undo it. */
  takeBack(id: string): Promise<boolean>;
  resolve(id: string, choice: Choice): Promise<Decided>;
  exportJson(): Promise<string>;
  /** Asks whoever drains to try now. */
  sendNow(): void;
}
