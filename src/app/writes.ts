// The writes of this page, kept by the frame: one that is under way when its screen is left goes on, and so does its undo.
import { createContext } from 'react';
import type { BoardAction } from '../domain/board-action.ts';
import type { BusyWrites } from './board-writer.ts';

export interface Writes {
  readonly busy: BusyWrites;
  run(action: BoardAction): Promise<void>;
  /** Says, to eyes and ears, why something was not done. */
  refuse(text: string): void;
}

export const NO_WRITES: Writes = { busy: new Map(), run: () => Promise.resolve(), refuse: () => {} };

export const WritesContext = createContext<Writes>(NO_WRITES);
