// A page with the library and nothing else, for browser tests: options in the query string, everything that a test asks on `window.harness`.
import { lazy, Suspense, useEffect, useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import {
  SyncManagerProvider,
  useCollection,
  useConnectionHealth,
  useMutation,
  usePageSync,
  useSession,
  useSyncManager,
  useDashboardSync,
  useOrderStageChange,
  type CollectionSnapshot,
  type GetToken,
  type Health,
  type InitialSnapshot,
  type LogoutOptions,
  type MutationRequest,
  type MutationResult,
  type SyncEvent,
  type SyncManagerHook,
} from '@/lib/sync';
import type { SyncManager } from '@/client/contract.ts';
import { COLLECTIONS } from '@/domain/collections.ts';

const query = new URLSearchParams(location.search);
const delivered: { seq: number; id: string; type: string; data: unknown }[] = [];
const records: unknown[] = [];

export interface Harness {
  delivered: typeof delivered;
  records: typeof records;
  health: Health;
  sync: SyncManagerHook;
  events: readonly SyncEvent[];
  phase: string;
  documents(name: string): [string, number, unknown][];
  signIn(email: string, password: string): Promise<void>;
  logout(options?: LogoutOptions): Promise<void>;
  /** The hook's own scope; null while nobody is signed in. */
  manager(): SyncManager | null;
  stages: string[];
  refreshes: number;
  send(request: MutationRequest): Promise<MutationResult>;
  errors: string[];
}

/** Present under a test that collects tapes: a record must be out of the page before it can crash. */
const out = (window as unknown as { holdfastTape?: (batch: string) => void }).holdfastTape;
let leaving: object[] = [];

/** One call for all records of one turn: a frame of many events is one message. */
function sendOut(record: { readonly k: string; readonly t: number; readonly message?: string }): void {
  if (!out) return;
  leaving.push({ ...record, t: performance.timeOrigin + record.t });
  if (leaving.length > 1) return;
  queueMicrotask(() => {
    const batch = leaving;
    leaving = [];
    out(JSON.stringify(batch));
  });
}

function noteError(message: string): void {
  harness.errors.push(message);
  sendOut({ k: 'P.error', t: performance.now(), message });
}

const documents: Harness['documents'] = (name) => [...(collections.get(name)?.documents ?? [])].map(([id, { version, doc }]) => [id, version, doc]);
const harness = { delivered, records, documents, errors: [] as string[], stages: [] as string[], refreshes: 0 } as unknown as Harness;
(window as unknown as { harness: Harness }).harness = harness;
addEventListener('error', (event) => noteError(event.message));
addEventListener('unhandledrejection', (event) => noteError(String(event.reason)));

/** `?cached=<key>`: a key of the cache, shown on `window.cached`. */
const CachedProbe = lazy(() => import('./cached-probe.tsx'));
const cachedKey = query.get('cached');

const collections = new Map<string, CollectionSnapshot>();

function Documents({ name }: { readonly name: string }): null {
  const snapshot = useCollection(name);
  useLayoutEffect(() => void collections.set(name, snapshot), [name, snapshot]);
  return null;
}

function Probe() {
  const page = usePageSync();
  const sync = useSyncManager();
  const health = useConnectionHealth();
  const { phase, signIn, logout } = useSession();
  const mutate = useMutation();
  const { subscribe } = sync;
  useLayoutEffect(
    () => void Object.assign(harness, { sync, health, phase, signIn, logout, send: mutate, events: sync.events, manager: page.manager.getSnapshot }),
  );
  useDashboardSync(() => void (harness.refreshes += 1));
  useOrderStageChange(query.get('stages') ?? 'none', (_event, before, after) => void harness.stages.push(`${before}>${after}`));
  useEffect(
    () =>
      page.trace((record) => {
        records.push(record);
        sendOut(record);
      }),
    [page],
  );
  useEffect(
    () => subscribe((event) => delivered.push({ seq: Number(event.id.split('_')[1]), id: event.id, type: event.eventType, data: event.data })),
    [subscribe],
  );
  return <output>{`${phase} ${health.label} ${health.updates}`}</output>;
}

/** Where a test's tokens come from: it puts a function there before the page starts. */
const getToken: GetToken = (ask) => (window as unknown as { getToken?: GetToken }).getToken?.(ask) ?? null;
const [tenantId, user] = query.get('as')?.split('/') ?? [];
const bearer = query.get('auth') === 'bearer' ? ({ auth: 'bearer', getToken, storeToken: query.get('store') === 'token' } as const) : {};

/** What a server would have rendered into the page: a test put it there. */
const rendered = localStorage.getItem('rendered');

const policy = Object.fromEntries([...query].filter(([key]) => key.startsWith('policy.')).map(([key, value]) => [key.slice(7), Number(value)]));

createRoot(document.getElementById('root') as HTMLElement).render(
  <SyncManagerProvider
    initialConfig={{ eventHistoryLimit: Number(query.get('history') ?? 100) }}
    enablePersistence={query.get('memory') !== 'on'}
    policy={policy}
    host={(query.get('host') ?? 'auto') as 'auto'}
    tenantId={tenantId}
    user={user}
    initialSnapshot={rendered === null ? undefined : (JSON.parse(rendered) as InitialSnapshot)}
    {...bearer}
  >
    <Probe />
    {cachedKey === null ? null : (
      <Suspense>
        <CachedProbe name={cachedKey} />
      </Suspense>
    )}
    {COLLECTIONS.map((name) => (
      <Documents key={name} name={name} />
    ))}
  </SyncManagerProvider>,
);
