// One toast: an icon, its words, one action, a way to close it, and how far its time or its work has come.
import { CircleCheck, CircleX, Info, TriangleAlert, X, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { ToastAction, ToastNotification } from '../../feedback/toast-state.ts';
import type { ToastTime } from '../../feedback/toast-times.ts';

const ICONS: Readonly<Record<ToastNotification['type'], LucideIcon>> = { success: CircleCheck, error: CircleX, warning: TriangleAlert, info: Info };

export interface ToastItemProps {
  readonly toast: ToastNotification;
  /** Undefined for a toast that stays. */
  readonly time: ToastTime | undefined;
  readonly hasTimeBar: boolean;
  readonly onDismiss: (id: string) => void;
}

export function ToastItem({ toast, time, hasTimeBar, onDismiss }: ToastItemProps) {
  const { id, type, action } = toast;
  const Icon = ICONS[type] ?? Info;
  const isClosable = toast.dismissible !== false && !(action && time);
  return (
    <div className="hf-toast" data-type={type} data-toast={id} tabIndex={-1}>
      <Icon className="hf-toast-icon" size={20} aria-hidden="true" focusable="false" />
      <ToastText toast={toast} />
      {action && <ActionButton toast={toast} action={action} time={time} onDismiss={onDismiss} />}
      {isClosable && (
        <button type="button" className="hf-toast-close" aria-label="Close" onClick={() => onDismiss(id)}>
          <X size={20} aria-hidden="true" focusable="false" />
        </button>
      )}
      {hasTimeBar && time && !action?.countdown && <TimeBar key={`${id} ${time.lifeMs}`} time={time} />}
    </div>
  );
}

function ToastText({ toast: { title, message, progress } }: Pick<ToastItemProps, 'toast'>) {
  return (
    <div className="hf-toast-text">
      <p className="hf-toast-title">{title}</p>
      {message !== undefined && message !== '' && <p className="hf-toast-message">{message}</p>}
      {progress !== undefined && <progress className="hf-toast-progress" value={Math.min(1, Math.max(0, progress))} max={1} aria-label={title} />}
    </div>
  );
}

interface ActionButtonProps extends Pick<ToastItemProps, 'toast' | 'time' | 'onDismiss'> {
  readonly action: ToastAction;
}

function ActionButton({ toast, action, time, onDismiss }: ActionButtonProps) {
  const run = () => {
    onDismiss(toast.id);
    action.onClick();
  };
  const text = time && action.countdown ? action.countdown(Math.max(1, Math.ceil(time.leftMs / 1_000))) : action.label;
  return (
    <button type="button" className="hf-toast-action" onClick={run}>
      {text}
    </button>
  );
}

/** The browser moves it: nothing is rendered for a moment's progress. It begins where the toast's time stood when it was drawn. */
function TimeBar({ time }: { readonly time: ToastTime }) {
  const [startedMs] = useState(time.lifeMs - time.leftMs);
  return <span className="hf-toast-time" aria-hidden="true" style={{ animationDuration: `${time.lifeMs}ms`, animationDelay: `${-startedMs}ms` }} />;
}
