// The page's writer as hooks: made once by the frame, read by every screen whose buttons write.
import { useCallback, useContext, useMemo, useState } from 'react';
import { useMutation } from '@/lib/sync';
import type { BoardDocuments } from '../domain/board.ts';
import { createBoardWriter, pendingKeys, type BusyWrites } from './board-writer.ts';
import { useFrame } from './frame.ts';
import type { BoardActions } from './parts/action-button.tsx';
import type { NewToast } from './toast-state.ts';
import { words } from './words.ts';
import { WritesContext, type Writes } from './writes.ts';

export interface WritesDeps {
  show(toast: NewToast): void;
  /** Speaks to a screen reader at once. */
  alert(text: string): void;
}

const NOTHING: BusyWrites = new Map();

export function useWrites({ show, alert }: WritesDeps): Writes {
  const send = useMutation();
  const [busy, setBusy] = useState(NOTHING);
  const refuse = useCallback(
    (text: string) => {
      show({ tone: 'error', text });
      alert(text);
    },
    [show, alert],
  );
  const writer = useMemo(() => createBoardWriter({ send, show, refuse, changed: setBusy, after: (ms, run) => void setTimeout(run, ms) }), [send, show, refuse]);
  return useMemo(() => ({ busy, run: writer.run, refuse }), [busy, writer, refuse]);
}

/** What is busy becomes what the buttons show. */
export function useBoardActions(documents: BoardDocuments): BoardActions {
  const { isConnected } = useFrame();
  const { busy, run, refuse } = useContext(WritesContext);
  const pending = useSameSet(useMemo(() => pendingKeys(busy, documents), [busy, documents]));
  return useMemo(
    () => ({ pending, isConnected, run: (action) => void run(action), explain: () => refuse(words.needsConnection) }),
    [pending, isConnected, run, refuse],
  );
}

/** A set that holds the same keeps its identity: buttons of a page whose events are other documents' are not drawn again. */
export function useSameSet(next: ReadonlySet<string>): ReadonlySet<string> {
  const [kept, setKept] = useState(next);
  const isSame = kept.size === next.size && [...next].every((key) => kept.has(key));
  if (!isSame) setKept(next);
  return isSame ? kept : next;
}
