// The provider: one PageSync for everything below it. Rendering touches no browser global; mounting starts it.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import type { NamedUser } from '../client/account.ts';
import type { HostWish } from '../host/choose-host.ts';
import type { GetToken } from '../client/page-tokens.ts';
import { createPageSync, type PageSync } from '../client/page-sync.ts';
import { DEFAULT_CONFIGURATION, type SyncConfiguration, type SyncManager } from '../client/sync-manager.ts';
import type { Retention } from '../core/policy.ts';
import type { AuthKind } from '../scope/registry.ts';
import { useLatest } from './use-latest.ts';
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
  /** Whose data this page shows, both or neither: another scope beside the one that is signed in on this device. Read once. */
  readonly tenantId?: string | undefined;
  readonly user?: string | undefined;
  /** `cookie` (default): the server's session cookie speaks for every request. `bearer`: tokens of `getToken` do. Read once. */
  readonly auth?: AuthKind | undefined;
  /** For `auth="bearer"`: where tokens come from. May be another function with each render. */
  readonly getToken?: GetToken | undefined;
  /** What the log of this device keeps, where it differs from one hour, 10,000 events and 16 MiB. Read once. */
  readonly retention?: Partial<Retention> | undefined;
  /** Overrides of `core/policy` by name, for deployments and tests. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
  /** Where the engine runs: a SharedWorker, the worker of an elected page, or that page itself. Default `auto`: the best that the browser has. */
  readonly host?: HostWish | undefined;
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
  retention,
  host,
  tenantId,
  user,
  auth,
  getToken,
}: SyncManagerProviderProps): ReactNode {
  const token = useLatest(getToken);
  const [page] = useState(() => {
    const named = namedUser(tenantId, user);
    const latestToken: GetToken = (ask) => token.current?.(ask) ?? null;
    const tokens = { named, auth, getToken: getToken && latestToken };
    return createPageSync({
      configuration: { ...DEFAULT_CONFIGURATION, ...initialConfig },
      enablePersistence,
      baseUrl,
      feed,
      policy,
      retention,
      host,
      ...tokens,
    });
  });
  useEffect(() => page.start(), [page]);
  return (
    <PageSyncContext value={page}>
      {autoConnect ? <AutoConnect /> : null}
      {children}
    </PageSyncContext>
  );
}

function namedUser(tenant: string | undefined, user: string | undefined): NamedUser | null {
  if (tenant === undefined && user === undefined) return null;
  if (!tenant || !user) throw new TypeError('SyncManagerProvider: tenantId and user name a person together; give both or neither');
  return { tenant, user };
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
