// @/lib/error-handling: the public face. Re-exports only.
'use client';
export { ErrorSeverity, ErrorType } from '../feedback/error-kinds.ts';
export { ErrorHandler, type ErrorStats, type HandleOptions, type Operation } from '../feedback/error-handler.ts';
export type { HandledError } from '../feedback/handled-errors.ts';
export type { NewToast, ToastAction, ToastNotification } from '../feedback/toast-state.ts';
export { useErrorHandler, type ErrorHandlerHook } from '../react/use-error-handler.ts';
export { useToastNotifications, type ToastNotifications } from '../react/use-toast-notifications.ts';
