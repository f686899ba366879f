// What the application says by a toast, in the words of its screens, as the library's one mechanism takes it.
import type { NewToast as LibraryToast } from '@/components/Toast';

export interface ToastAction {
  /** Where the action is offered for a time: the label of that second. */
  readonly label: (secondsLeft: number) => string;
  readonly name: string;
  run(): void;
}

export interface NewToast {
  /** An error stays until it is closed. */
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly action?: ToastAction;
  /** How long an action is offered, ms; null = until closed. Default 8 s. */
  readonly actionMs?: number | null;
}

export function libraryToast({ tone, text, action, actionMs }: NewToast): LibraryToast {
  if (!action) return { type: tone === 'error' ? 'error' : 'success', title: text };
  const shown = { label: action.name, onClick: () => action.run(), countdown: action.label };
  if (tone === 'error') return { type: 'error', title: text, action: shown, duration: 0 };
  return { type: 'success', title: text, action: shown, ...(actionMs !== undefined && { duration: actionMs ?? 0 }) };
}
