// Two ways in which a screen may fail (document 002): the connection is in error, which is said above what the device still shows; and a component below
// throws, which is caught here, so that the rest of the application stays.
import { Component, type ReactNode } from 'react';
import { ConnectionState } from '../core/connection-state.ts';
import type { SyncError } from '../core/sync-error.ts';
import { useSyncManager } from '../react/use-sync-manager.ts';

export interface SyncErrorBoundaryProps {
  readonly children?: ReactNode;
  /** In place of what threw; `retry` renders it again. Default: a sentence and a button. */
  readonly fallback?: (error: unknown, retry: () => void) => ReactNode;
  /** In place of the banner over a failed connection; null = none. */
  readonly banner?: (error: SyncError | null, retry: () => void) => ReactNode;
  readonly onError?: (error: unknown) => void;
}

export function SyncErrorBoundary({ children, banner = defaultBanner, ...rest }: SyncErrorBoundaryProps) {
  const { error, connectionState, reconnect } = useSyncManager();
  return (
    <>
      {connectionState === ConnectionState.ERROR && banner(error, () => reconnect())}
      <Catcher {...rest}>{children}</Catcher>
    </>
  );
}

function defaultBanner(_: SyncError | null, retry: () => void): ReactNode {
  return (
    <div className="error-banner" role="alert">
      <p>Connection lost. What you see is what this device has; your work is kept.</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

interface Caught {
  readonly error: unknown;
  readonly hasFailed: boolean;
}

class Catcher extends Component<Omit<SyncErrorBoundaryProps, 'banner'>, Caught> {
  override state: Caught = { error: null, hasFailed: false };

  static getDerivedStateFromError(error: unknown): Caught {
    return { error, hasFailed: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(error);
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    const retry = (): void => this.setState({ error: null, hasFailed: false });
    if (this.props.fallback) return this.props.fallback(this.state.error, retry);
    return (
      <div className="error-banner" role="alert">
        <p>This part of the page could not be shown.</p>
        <button type="button" onClick={retry}>
          Show it again
        </button>
      </div>
    );
  }
}
