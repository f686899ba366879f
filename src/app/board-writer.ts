// The board's writes: sends one at a time per document, keeps the document busy until the answer is on the screen, and says what
// came of it. Shows nothing before the server said yes, and keeps nothing for later: that is the outbox's business.
import type { MutationRequest, MutationResult } from '@/lib/sync';
import { requestKey, requestOf, undoOf, type BoardAction, type BoardRequest } from '../domain/board-action.ts';
import type { BoardDocuments } from '../domain/board.ts';
import { refusalText } from './action-refusal.ts';
import type { NewToast } from './toast-state.ts';
import { words } from './words.ts';

/** A write and its fate: `version` null = under way, a number = answered, its document has this version at the server. */
export interface BusyWrite {
  readonly request: BoardRequest;
  readonly version: number | null;
}

/** By `requestKey`. Bounded by the documents that have a button on the screen. */
export type BusyWrites = ReadonlyMap<string, BusyWrite>;

export interface BoardWriterDeps {
  send(request: MutationRequest): Promise<MutationResult>;
  show(toast: NewToast): void;
  /** Says why something was not done. */
  refuse(text: string): void;
  changed(busy: BusyWrites): void;
  /** Calls once after `ms`. */
  after(ms: number, run: () => void): void;
}

export interface BoardWriter {
  /** Settles when the server has answered; a document with a write under way takes no second one. */
  run(action: BoardAction): Promise<void>;
}

/** An answered write stays busy until its event is here, but not longer than this: the event may be one this role never sees. */
const SETTLE_MS = 5_000;

export function createBoardWriter({ send, show, refuse, changed, after }: BoardWriterDeps): BoardWriter {
  const busy = new Map<string, BusyWrite>();

  async function run(action: BoardAction): Promise<void> {
    const request = requestOf(action);
    if (busy.get(requestKey(request))?.version === null) return;
    mark({ request, version: null });
    const result = await send(request);
    if (!result.ok) {
      free(request);
      return refuse(refusalText(action, result.error));
    }
    settle({ request, version: result.version });
    if (result.version !== null) offerUndo(action, result.version);
  }

  function settle(write: BusyWrite): void {
    if (write.version === null) return free(write.request);
    mark(write);
    after(SETTLE_MS, () => busy.get(requestKey(write.request)) === write && free(write.request));
  }

  function offerUndo(action: BoardAction, version: number): void {
    const undo = undoOf(action, version);
    if (undo) show({ tone: 'info', text: words.done(action), action: { label: words.undo, name: words.undoName, run: () => void run(undo) } });
  }

  function mark(write: BusyWrite): void {
    busy.set(requestKey(write.request), write);
    changed(new Map(busy));
  }

  function free(request: BoardRequest): void {
    busy.delete(requestKey(request));
    changed(new Map(busy));
  }

  return { run };
}

/** Under way, or answered with a version that this page hasn't got yet. */
export function pendingKeys(busy: BusyWrites, documents: BoardDocuments): ReadonlySet<string> {
  const isPending = ({ request, version }: BusyWrite) => version === null || (documents[request.collection].get(request.docId)?.version ?? 0) < version;
  return new Set([...busy].filter(([, write]) => isPending(write)).map(([key]) => key));
}
