// The application's writes: each is kept on this device and on the screen before it is sent, can be taken back for some seconds, and is
// answered for when the server refuses it or somebody else was faster. Never says that something is saved before it is on disk.
import type { Fate, Mutation, MutationHandle } from '@/lib/sync';
import { undoOf, type BoardAction } from '../domain/board-action.ts';
import { refusalText } from './action-refusal.ts';
import type { NewToast } from './new-toast.ts';
import { words } from './words.ts';

export interface BoardWriterDeps {
  mutate(mutation: Mutation): MutationHandle;
  /** The request and what it shows, on the documents of this moment. */
  plan(action: BoardAction): Mutation;
  /** Takes an entry back that nobody has tried to send yet; false where it may be on its way. */
  takeBack(id: string): Promise<boolean>;
  /** True while entries have to wait before they go out. */
  isWaiting(): boolean;
  show(toast: NewToast): void;
  /** Says why something was not done. */
  refuse(text: string): void;
  /** An entry waits for a person: `see` opens it. */
  needsYou(action: BoardAction, fate: Fate): void;
}

export interface BoardWriter {
  /** Resolves with true once it is kept; false where it could not be, which has been said by then. */
  run(action: BoardAction): Promise<boolean>;
}

export function createBoardWriter(deps: BoardWriterDeps): BoardWriter {
  const { mutate, plan, takeBack, isWaiting, show, refuse, needsYou } = deps;

  async function run(action: BoardAction): Promise<boolean> {
    const { accepted, settled } = mutate(plan(action));
    void settled.then((fate) => answer(action, fate));
    try {
      const { id, durable } = await accepted;
      offerUndo(action, id, durable);
      return true;
    } catch (error) {
      refuse(refusalText(action, error));
      return false;
    }
  }

  /** What the disk could not take is said in any case: it is lost with this tab. */
  function offerUndo(action: BoardAction, id: string, durable: boolean): void {
    const undo = undoOf(action);
    const done = words.done(action);
    const isKeptWaiting = durable && isWaiting();
    const text = durable ? (isKeptWaiting ? words.outbox.accepted(done) : done) : words.outbox.inMemory(done);
    if (undo) show({ tone: 'info', text, action: { label: words.undo, name: words.undoName, run: () => void takeBackOr(id, undo) } });
    else if (isKeptWaiting || !durable) show({ tone: 'info', text });
  }

  /** What was never tried is simply not sent; else the opposite follows it. */
  async function takeBackOr(id: string, undo: BoardAction): Promise<void> {
    if (!(await takeBack(id).catch(() => false))) await run(undo);
  }

  function answer(action: BoardAction, fate: Fate): void {
    const isDiscarded = fate.outcome === 'rejected' && fate.error.details['isDiscarded'] === true;
    // What was never kept has been answered for by `accepted`.
    const wasKept = fate.outcome !== 'rejected' || fate.error.details['status'] !== undefined;
    if ((fate.outcome === 'rejected' || fate.outcome === 'conflict') && !isDiscarded && wasKept) needsYou(action, fate);
  }

  return { run };
}
