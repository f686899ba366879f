// The actions of a card or row. They act at once, with or without a connection, and keep their place and size in every state.
import { CircleAlert, CloudUpload } from 'lucide-react';
import { useRef, type MouseEvent, type ReactNode } from 'react';
import { actionKey, type BoardAction } from '../../domain/board-action.ts';
import { useDelayedFlag } from '../use-delayed-flag.ts';
import { useSettling } from '../../components/use-settling.ts';
import type { Unsent } from '../use-outbox-items.ts';
import { words } from '../words.ts';

/** How the board's actions stand, and what a touch does. */
export interface BoardActions {
  /** Documents with entries that are not sent, by `actionKey`. */
  readonly unsent: ReadonlyMap<string, Unsent>;
  readonly isConnected: boolean;
  /** Resolves with true once it is kept on this device. */
  run(action: BoardAction): Promise<boolean>;
  /** Opens what waits for a person. */
  decide(): void;
}

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

/** Buttons, or one "Sending" in their place while a write about their document lasts longer than 400 ms. Without a connection work goes on. */
export function ActionSlot({ offered, actions, ...look }: ActionSlotProps) {
  const [first] = offered;
  const unsent = first && actions.unsent.get(actionKey(first));
  const isSending = useDelayedFlag(unsent === 'waiting' && actions.isConnected, 400, 600);
  if (unsent === 'needs-you') return <NeedsYouButton onOpen={actions.decide} />;
  if (isSending) return <SendingBadge />;
  // By position: another car on the same button must stay the same element, or a touch under way would be lost.
  return offered.map((action, index) => <ActionButton key={index} action={action} actions={actions} {...look} />);
}

function ActionButton({ action, actions, icon, label, look = 'outline' }: ActionLook & { readonly action: BoardAction; readonly actions: BoardActions }) {
  const { isSettling, acted } = useSettling(words.actionName(action));
  const touched = useRef<BoardAction | null>(action);
  const act = (event: MouseEvent) => {
    // The second touch of a double tap means the first: gloves tap twice, and the write is under way.
    if (event.detail > 1) return;
    // An update between touch and release may have put another car on this button; what was touched is what is done.
    // A click without a pointer (keyboard, switch, script) has detail 0 and means what the button says now.
    const meant = event.detail === 0 ? action : touched.current;
    if (!meant) return;
    acted();
    void actions.run(meant);
  };
  return (
    <button
      type="button"
      className={`button button-${look}`}
      aria-label={label ?? words.actionName(action)}
      aria-disabled={isSettling || undefined}
      data-settling={isSettling || undefined}
      onPointerDown={() => {
        touched.current = isSettling ? null : action;
      }}
      onClick={act}
    >
      {icon}
      <span>{label ?? words.action(action)}</span>
    </button>
  );
}

/** In place of the action: first somebody has to decide about the last one. */
function NeedsYouButton({ onOpen }: { onOpen(): void }) {
  return (
    <button type="button" className="badge-pending badge-needs" onClick={onOpen}>
      <CircleAlert className="icon" aria-hidden="true" />
      {words.outbox.needsYou}
    </button>
  );
}

function SendingBadge() {
  return (
    <span className="badge-pending">
      <CloudUpload className="icon" aria-hidden="true" />
      {words.sending}
    </span>
  );
}
