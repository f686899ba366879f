// The last two toasts and how many wait behind them. Escape closes the newest; pointer or focus on them stops their time.
import { CircleCheck, CircleX, X } from 'lucide-react';
import { useEffect } from 'react';
import { SHOWN_TOASTS, type Toast } from '../toast-state.ts';
import type { ToastBox } from '../use-toasts.ts';
import { words } from '../words.ts';

export function ToastList({ box }: { readonly box: ToastBox }) {
  const { toasts, close, pause } = box;
  const shown = toasts.list.slice(-SHOWN_TOASTS);
  const waiting = toasts.list.length - shown.length;
  const newest = shown.at(-1)?.id;
  useEffect(() => {
    if (newest === undefined) return;
    const life = new AbortController();
    document.addEventListener('keydown', (event) => event.key === 'Escape' && close(newest), { signal: life.signal });
    return () => life.abort();
  }, [newest, close]);
  if (shown.length === 0) return null;
  return (
    <div className="toasts" onPointerEnter={() => pause(true)} onPointerLeave={() => pause(false)} onFocus={() => pause(true)} onBlur={() => pause(false)}>
      {waiting > 0 && <span className="toasts-more">{words.moreToasts(waiting)}</span>}
      {shown.map((toast) => (
        <ToastLine key={toast.id} toast={toast} onClose={() => close(toast.id)} />
      ))}
    </div>
  );
}

function ToastLine({ toast, onClose }: { readonly toast: Toast; onClose(): void }) {
  const { action } = toast;
  const Icon = toast.tone === 'error' ? CircleX : CircleCheck;
  const run = () => {
    onClose();
    action?.run();
  };
  return (
    <div className={`toast toast-${toast.tone}`}>
      <Icon className="icon" aria-hidden="true" />
      <p className="toast-text">{toast.text}</p>
      {action && (
        <button type="button" className="toast-action" aria-label={action.name} onClick={run}>
          {toast.leftMs === null ? action.name : action.label(Math.max(1, Math.ceil(toast.leftMs / 1_000)))}
        </button>
      )}
      {toast.leftMs === null && (
        <button type="button" className="toast-close" aria-label={words.close} onClick={onClose}>
          <X className="icon" aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
