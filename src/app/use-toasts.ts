// How the application's screens show a toast: for as long as the person of this device wants a step back to be offered.
import { useCallback, useEffect } from 'react';
import { useToastContainer } from '@/components/Toast';
import { undoMs } from './device-settings.ts';
import { libraryToast, type NewToast } from './new-toast.ts';
import { useDeviceSettings } from './use-device-settings.ts';

export function useToasts(): (toast: NewToast) => void {
  const { addToast, clearToasts } = useToastContainer();
  const { undo } = useDeviceSettings();
  // What was said to one person is not shown to the next.
  useEffect(() => clearToasts, [clearToasts]);
  return useCallback((toast: NewToast) => void addToast(libraryToast({ actionMs: undoMs({ undo }), ...toast })), [addToast, undo]);
}
