// @/components/Toast: the address under which the documents name it (004). Re-exports only.
export { ToastContainer, type ToastContainerProps, type ToastPosition } from './toasts/toast-container.tsx';
export { useToastNotifications as useToastContainer, type ToastNotifications } from '../react/use-toast-notifications.ts';
export type { NewToast, ToastAction, ToastNotification } from '../feedback/toast-state.ts';
