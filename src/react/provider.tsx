// The provider: one PageSync for everything below it. Rendering touches no browser global; mounting starts it.
import { createContext, lazy, Suspense, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { NamedUser } from '../client/session/account.ts';
import type { CollectionSnapshot } from '../client/documents/collections.ts';
import type { HostWish } from '../host/choose-host.ts';
import type { GetToken } from '../client/session/page-tokens.ts';
import { bareOver } from '../client/bare/bare-page.ts';
import type { EventSourceFactory } from '../client/bare/bare-source.ts';
import { createInitialCollections, type InitialSnapshot } from '../client/documents/initial-snapshot.ts';
import { createPageSync, type PageSync } from '../client/page-sync.ts';
import { configured, DEFAULT_CONFIGURATION } from '../client/state/configuration.ts';
import type { SyncConfiguration, SyncManager } from '../client/sync-manager.ts';
import type { Retention } from '../core/policy.ts';
import type { AuthKind } from '../scope/registry.ts';
import { holdByDefault } from './default-hold.ts';
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
  /**
   * For `auth="bearer"`: true keeps the newest token in this device's database, until its time is over or somebody logs out, so that the service worker can
   * send writes while no page is open. Whatever runs on this origin can read it there. Default false. Read once.
   */
  readonly storeToken?: boolean | undefined;
  /** What the log of this device keeps, where it differs from one hour, 10,000 events and 16 MiB. Read once. */
  readonly retention?: Partial<Retention> | undefined;
  /** Overrides of `core/policy` by name, for deployments and tests. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
  /** Where the engine runs: a SharedWorker, the worker of an elected page, or that page itself. Default `auto`: the best that the browser has. */
  readonly host?: HostWish | undefined;
  /**
   * Makes the stream in this page itself (`(url, init) => new EventSource(url, init)`, or MockEventSource of `@/lib/sync/testing`), for servers that send
   * events without cursors: no engine, nothing shared between tabs, and each reconnect asks components to fetch again. Health says `bare`. Read once.
   */
  readonly eventSourceFactory?: EventSourceFactory | undefined;
  /** The key under which the system before this one kept its state in localStorage: taken over once per device (options, counts, events of the last hour). */
  readonly legacyStorageKey?: string | undefined;
  /** What the server rendered into this page: hooks show it from the first render on, and a device without data goes on from its cursor. Read once. */
  readonly initialSnapshot?: InitialSnapshot | undefined;
  /** Sends this device's figures to the server (`POST /api/v1/metrics`, docs/metrics.md): true = every 5 minutes, a number = so many ms. Default false. */
  readonly reportMetrics?: boolean | number | undefined;
}

/** What few applications ask for, and only once a page is there. */
const Extras = /* @__PURE__ */ lazy(() => import('./provider-extras.tsx').then(({ ProviderExtras }) => ({ default: ProviderExtras })));

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
  storeToken,
  eventSourceFactory,
  legacyStorageKey,
  initialSnapshot,
  reportMetrics = false,
}: SyncManagerProviderProps): ReactNode {
  const token = useLatest(getToken);
  const [page] = useState(() => {
    const named = namedUser(tenantId, user);
    const latestToken: GetToken = (ask) => token.current?.(ask) ?? null;
    const tokens = { named, auth, getToken: getToken && latestToken, storeToken };
    const configuration = configured(DEFAULT_CONFIGURATION, initialConfig);
    const options = { configuration, enablePersistence, baseUrl, feed, policy, retention, host, initialSnapshot, ...tokens };
    return createPageSync({ ...options, bare: bareOver(eventSourceFactory) });
  });
  return (
    <PageSyncProvider page={page} autoConnect={autoConnect}>
      {legacyStorageKey || reportMetrics ? (
        <Suspense fallback={null}>
          <Extras storageKey={legacyStorageKey} reports={reportMetrics} />
        </Suspense>
      ) : null}
      {children}
    </PageSyncProvider>
  );
}

/** What a provider is once its page is made: tests bring pages of their own. */
export function PageSyncProvider({
  page,
  autoConnect,
  children,
}: {
  readonly page: PageSync;
  readonly autoConnect: boolean;
  readonly children?: ReactNode;
}): ReactNode {
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
  useEffect(() => (manager ? holdByDefault(manager) : undefined), [manager]);
  return null;
}

/** What the server rendered into the page; undefined where it didn't, and for nobody once it is known that nobody is signed in. */
export function useInitialCollection(name: string): CollectionSnapshot | undefined {
  const page = usePageSync();
  const { phase } = useTopic(page.session);
  const initial = page.initial();
  const collections = useMemo(() => initial && createInitialCollections(initial), [initial]);
  const manager = useManager();
  const isNobody = phase === 'signed-out' && manager === null;
  return isNobody ? undefined : collections?.(name);
}

/** The page's sync. Throws a TypeError outside a provider. */
export function usePageSync(): PageSync {
  const page = useContext(PageSyncContext);
  if (!page) throw new TypeError('Holdfast hooks need a <SyncManagerProvider> above them');
  return page;
}

/** As `usePageSync`, for hooks that also serve pages without a provider; null there. */
export function usePageSyncIfAny(): PageSync | null {
  return useContext(PageSyncContext);
}

/** The manager of whoever is signed in; null before and after. */
export function useManager(): SyncManager | null {
  return useTopic(usePageSync().manager);
}
