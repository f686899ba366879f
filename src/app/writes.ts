// The writes of this page, kept by the frame: one that is under way when its screen is left goes on, and so does its undo.
import { createContext } from 'react';
import type { BoardAction } from '../domain/board-action.ts';

export interface Writes {
  /** Resolves with true once it is kept on this device. */
  run(action: BoardAction): Promise<boolean>;
  /** Says, to eyes and ears, why something was not done. */
  refuse(text: string): void;
  /** Opens the outbox, or in it the choice that an entry waits for. */
  openOutbox(entryId?: string): void;
}

export const NO_WRITES: Writes = { run: () => Promise.resolve(true), refuse: () => {}, openOutbox: () => {} };

/** How many entries are not sent, and how many of them wait for a person. */
export interface UnsentCounts {
  readonly entries: number;
  readonly needsYou: number;
}

export const UnsentContext = createContext<UnsentCounts>({ entries: 0, needsYou: 0 });

export const WritesContext = createContext<Writes>(NO_WRITES);
