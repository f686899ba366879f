// The board's writer as a hook: what is busy becomes what the buttons show.
import { useCallback, useMemo, useState } from 'react';
import { useMutation } from '@/lib/sync';
import type { BoardDocuments } from '../domain/board.ts';
import { createBoardWriter, pendingKeys, type BusyWrites } from './board-writer.ts';
import type { BoardActions } from './parts/action-button.tsx';
import type { NewToast } from './toast-state.ts';
import { words } from './words.ts';

export interface BoardActionsDeps {
  readonly documents: BoardDocuments;
  readonly isConnected: boolean;
  show(toast: NewToast): void;
  /** Speaks to a screen reader at once. */
  alert(text: string): void;
}

const NOTHING: BusyWrites = new Map();

export function useBoardActions({ documents, isConnected, show, alert }: BoardActionsDeps): BoardActions {
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
  const pending = useMemo(() => pendingKeys(busy, documents), [busy, documents]);
  return useMemo(
    () => ({ pending, isConnected, run: (action) => void writer.run(action), explain: () => refuse(words.needsConnection) }),
    [pending, isConnected, writer, refuse],
  );
}
