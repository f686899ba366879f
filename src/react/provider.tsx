// The provider: one PageSync for everything below it. Rendering touches no browser global; mounting starts it.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { createPageSync, type PageSync } from '../client/page-sync.ts';
import { DEFAULT_CONFIGURATION, type SyncConfiguration, type SyncManager } from '../client/sync-manager.ts';
import { useTopic } from './use-topic.ts';

export interface SyncManagerProviderProps {
  readonly children?: ReactNode;
  /** Read once, at the first render. */
  readonly initialConfig?: Partial<SyncConfiguration> | undefined;
  /** False = memory only: nothing survives the last tab. Default true. */
  readonly enablePersistence?: boolean | undefined;
  /** Connects on mount. Default true; with false nothing is connected until some `connect()`. */
  readonly autoConnect?: boolean | undefined;
  /** Where the server is; default: this page's origin. */
  readonly baseUrl?: string | undefined;
  /** Narrows what is followed, where a deployment offers it. */
  readonly feed?: string | undefined;
  /** Overrides of `core/policy` by name, for deployments and tests. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
}

const PageSyncContext = createContext<PageSync | null>(null);

export function SyncManagerProvider({
  children,
  initialConfig,
  enablePersistence = true,
  autoConnect = true,
  baseUrl,
  feed,
  policy,
}: SyncManagerProviderProps): ReactNode {
  const [page] = useState(() => createPageSync({ configuration: { ...DEFAULT_CONFIGURATION, ...initialConfig }, enablePersistence, baseUrl, feed, policy }));
  useEffect(() => page.start(), [page]);
  return (
    <PageSyncContext value={page}>
      {autoConnect ? <AutoConnect /> : null}
      {children}
    </PageSyncContext>
  );
}

/** `autoConnect` is one hold among those of the hooks. */
function AutoConnect(): null {
  const manager = useManager();
  useEffect(() => manager?.hold(), [manager]);
  return null;
}

/** The page's sync. Throws a TypeError outside a provider. */
export function usePageSync(): PageSync {
  const page = useContext(PageSyncContext);
  if (!page) throw new TypeError('Holdfast hooks need a <SyncManagerProvider> above them');
  return page;
}

/** The manager of whoever is signed in; null before and after. */
export function useManager(): SyncManager | null {
  return useTopic(usePageSync().manager);
}
