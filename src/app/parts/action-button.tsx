// The actions of a card or row. They can be ready, under way, or out of reach; they keep their place and size in all three and
// are always focusable: out of reach they say why instead of falling silent.
import { CloudOff, CloudUpload } from 'lucide-react';
import { useRef, type MouseEvent, type ReactNode } from 'react';
import { actionKey, type BoardAction } from '../../domain/board-action.ts';
import { useDelayedFlag } from '../use-delayed-flag.ts';
import { words } from '../words.ts';

/** How the board's actions stand, and what a touch does. */
export interface BoardActions {
  /** Documents with a write under way, by `actionKey`. */
  readonly pending: ReadonlySet<string>;
  readonly isConnected: boolean;
  run(action: BoardAction): void;
  /** A touch on a button that can't act. */
  explain(action: BoardAction): void;
}

/** Id of the sentence that says why a button can't act; the page holds it once. */
export const NEEDS_CONNECTION_ID = 'needs-connection';

interface ActionLook {
  readonly icon?: ReactNode;
  readonly look?: 'primary' | 'outline';
  /** Instead of the action's own short label, where there is room for more. */
  readonly label?: string;
}

export interface ActionSlotProps extends ActionLook {
  /** One button each; all about one document, so that they are under way together. */
  readonly offered: readonly BoardAction[];
  readonly actions: BoardActions;
}

/** Buttons, or one "Sending" in their place while a write about their document lasts longer than 400 ms. */
export function ActionSlot({ offered, actions, ...look }: ActionSlotProps) {
  const [first] = offered;
  const isSending = useDelayedFlag(first !== undefined && actions.pending.has(actionKey(first)), 400, 600);
  if (isSending) return <SendingBadge />;
  // By position: another car on the same button must stay the same element, or a touch under way would be lost.
  return offered.map((action, index) => <ActionButton key={index} action={action} actions={actions} {...look} />);
}

function ActionButton({ action, actions, icon, label, look = 'outline' }: ActionLook & { readonly action: BoardAction; readonly actions: BoardActions }) {
  const touched = useRef<BoardAction>(action);
  const { isConnected } = actions;
  const act = (event: MouseEvent) => {
    // An update between touch and release may have put another car on this button; what was touched is what is done.
    // A click without a pointer (keyboard, switch, script) has detail 0 and means what the button says now.
    const meant = event.detail === 0 ? action : touched.current;
    if (isConnected) actions.run(meant);
    else actions.explain(meant);
  };
  return (
    <button
      type="button"
      className={`button button-${look}`}
      aria-label={label ?? words.actionName(action)}
      aria-disabled={isConnected ? undefined : true}
      aria-describedby={isConnected ? undefined : NEEDS_CONNECTION_ID}
      onPointerDown={() => {
        touched.current = action;
      }}
      onClick={act}
    >
      {isConnected ? icon : <CloudOff className="icon" aria-hidden="true" />}
      <span>{label ?? words.action(action)}</span>
    </button>
  );
}

export function SendingBadge() {
  return (
    <span className="badge-pending">
      <CloudUpload className="icon" aria-hidden="true" />
      {words.sending}
    </span>
  );
}
