// A provider for tests of components: nothing is kept, the server is a fake one, and time passes when the test says so.
import { useState, type ReactNode } from 'react';
import { createBareManager } from '../client/bare/bare-manager.ts';
import type { EventSourceFactory } from '../client/bare/bare-source.ts';
import { createPageSync, type PageSyncOptions } from '../client/page-sync.ts';
import { configured, DEFAULT_CONFIGURATION, type SyncConfiguration } from '../client/state/configuration.ts';
import { createBrowserPlatform } from '../platform/browser.ts';
import type { Clock } from '../platform/ports.ts';
import { PageSyncProvider } from '../react/provider.tsx';

export interface TestWrapperOptions {
  /** Of a MockEventSource, or `createFakeServer()`. */
  readonly server: { readonly eventSourceFactory: EventSourceFactory };
  /** `createVirtualClock()`; without one real time passes. */
  readonly clock?: Clock;
  readonly initialConfig?: Partial<SyncConfiguration>;
  readonly autoConnect?: boolean;
}

/** For `render(<App />, { wrapper: createTestWrapper({ server }) })`. */
export function createTestWrapper({
  server,
  clock,
  initialConfig,
  autoConnect = true,
}: TestWrapperOptions): (props: { readonly children: ReactNode }) => ReactNode {
  return function TestWrapper({ children }) {
    const [page] = useState(() => {
      const bare = (options: PageSyncOptions) => createBareManager(options, server.eventSourceFactory, { ...createBrowserPlatform(), ...(clock && { clock }) });
      return createPageSync({ configuration: configured(DEFAULT_CONFIGURATION, initialConfig), enablePersistence: false, bare });
    });
    return (
      <PageSyncProvider page={page} autoConnect={autoConnect}>
        {children}
      </PageSyncProvider>
    );
  };
}
