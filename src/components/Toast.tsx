// @/components/Toast: the address under which the documents name it (document 004). Re-exports only.
'use client';
export { ToastContainer, type ToastContainerProps, type ToastPosition } from './toasts/toast-container.tsx';
export { holdToasts } from './toasts/toast-host.ts';
export { useToastNotifications as useToastContainer, type ToastNotifications } from '../react/use-toast-notifications.ts';
export type { NewToast, ToastAction, ToastNotification } from '../feedback/toast-state.ts';
