// Where the application's toasts stand: the last two at the bottom, and how many wait behind them.
import { ToastContainer, useToastContainer } from '@/components/Toast';

export function ToastList() {
  const { toasts, dismissToast } = useToastContainer();
  return <ToastContainer toasts={toasts} onDismiss={dismissToast} position="bottom-center" maxVisible={2} timeBar={false} className="toasts" />;
}
