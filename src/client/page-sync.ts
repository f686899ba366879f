// One page's sync, put together from the browser's own parts: session, and the manager of whoever is signed in. Making it touches no
// browser global, so that a server can render a page with it; `start` does.
import { withPolicy } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { createBrowserPlatform, type Platform } from '../platform/browser.ts';
import { createVisibility } from '../platform/page.ts';
import { openRegistry, scopeOf, type CurrentSession, type Registry } from '../scope/registry.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { Sender } from '../transport/contract.ts';
import { createSharedHost, hasSharedWorker } from '../host/shared-host.ts';
import { createLazySender } from './lazy-sender.ts';
import { createEngineStore, createPageStore } from './page-store.ts';
import { createSession, type Session, type SessionState } from './session.ts';
import { createSyncManager, type SyncConfiguration, type SyncManager } from './sync-manager.ts';
import type { TraceRecord } from './trace.ts';
import { createNotifier, createTopic, type Topic } from './topic.ts';

export interface PageSyncOptions {
  readonly configuration: SyncConfiguration;
  readonly enablePersistence: boolean;
  /** Where the server is; default: this page's origin. */
  readonly baseUrl?: string | undefined;
  readonly feed?: string | undefined;
  /** Overrides of core/policy by name. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
}

export interface PageSync {
  readonly session: Topic<SessionState>;
  /** The manager of whoever is signed in; null while nobody is. */
  readonly manager: Topic<SyncManager | null>;
  signIn(email: string, password: string): Promise<void>;
  logout(): Promise<void>;
  /** Begins; returns the function that ends it. Starting again within the grace period keeps lease, lock and subscriptions. */
  start(): () => void;
  trace(listener: (record: TraceRecord) => void): () => void;
}

/** React's StrictMode mounts, unmounts and mounts again: an end that is taken back within this time was none. */
const GRACE_MS = 1_000;
const REGISTRY_BUS = 'holdfast:session';

interface Running {
  readonly session: Session;
  readonly life: AbortController;
}

export function createPageSync(options: PageSyncOptions): PageSync {
  const immediate = { notify: (tell: () => void) => tell() };
  const sessionState = createTopic<SessionState>({ phase: 'starting', session: null }, immediate);
  const manager = createTopic<SyncManager | null>(null, immediate);
  /** Listeners of the page, with the end of each one's tie to the present manager. */
  const traceListeners = new Map<(record: TraceRecord) => void, () => void>();
  let running: Promise<Running> | null = null;
  let starts = 0;

  function start(): () => void {
    starts += 1;
    running ??= run();
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      starts -= 1;
      setTimeout(() => starts === 0 && void end(), GRACE_MS);
    };
  }

  async function end(): Promise<void> {
    const ended = running;
    running = null;
    (await ended)?.life.abort();
    await manager.getSnapshot()?.close();
    manager.set(null);
  }

  async function run(): Promise<Running> {
    const platform = createBrowserPlatform();
    const life = new AbortController();
    const policy = withPolicy(options.policy ?? {});
    const baseUrl = options.baseUrl ?? location.origin;
    const rest = createLazySender({ net: platform.net, clock: platform.clock, policy, baseUrl });
    const registry = await openRegistry({ newId: platform.random.id, now: platform.clock.now }).catch((error: unknown) => {
      platform.log.error('Nothing can be kept on this device', { error: String(error) });
      return null;
    });
    const session = createSession(
      {
        registry,
        rest,
        platform,
        policy,
        baseUrl,
        feed: options.feed ?? '',
        notifier: createNotifier(platform.clock, () => {}, life.signal),
        bus: platform.openBus(REGISTRY_BUS, life.signal),
      },
      life.signal,
    );
    const follow = (): void => {
      const state = session.state.getSnapshot();
      sessionState.set(state);
      void switchTo(state.session, { platform, registry, rest, session, policy });
    };
    session.state.subscribe(follow);
    follow();
    return { session, life };
  }

  async function switchTo(current: CurrentSession | null, parts: Parts): Promise<void> {
    const before = manager.getSnapshot();
    if (before?.scope.id === current?.scopeId) return before?.connect();
    manager.set(null);
    await before?.close();
    if (current) await begin(current, parts);
  }

  async function begin(current: CurrentSession, parts: Parts): Promise<void> {
    const device = (await parts.registry?.device().catch(() => null)) ?? parts.platform.random.id();
    // Somebody else may have signed in while the device's id was read.
    if (parts.session.state.getSnapshot().session?.scopeId !== current.scopeId || manager.getSnapshot()) return;
    const made = createManager(scopeOf(current), device, parts);
    for (const listener of traceListeners.keys()) traceListeners.set(listener, made.trace(listener));
    manager.set(made);
  }

  function createManager(scope: Scope, device: string, { platform, rest, session, policy }: Parts): SyncManager {
    const { clock } = platform;
    const names = scopeNames(scope);
    return createSyncManager(
      {
        platform,
        scope,
        device,
        policy,
        rest,
        visibility: createVisibility(),
        configuration: options.configuration,
        openReader: (link, signal) =>
          options.enablePersistence
            ? createPageStore({ indexedDB, name: names.database, scope, policy, clock }, () => session.wasLoggedOut(scope.id), signal)
            : createEngineStore(link),
        startHost(failed, signal) {
          if (!hasSharedWorker()) {
            failed(
              new SyncError(
                'host/unsupported',
                'This browser has no SharedWorker, which this version needs. What is on this device can be read; use a current Chrome, Edge, Firefox or Safari to follow live.',
              ),
            );
            return () => {};
          }
          const init = {
            scope,
            device,
            isDurable: options.enablePersistence,
            host: 'shared',
            isStealing: false,
            auth: 'cookie',
            policy: options.policy ?? {},
          } as const;
          return createSharedHost({ name: names.worker(0), init, clock, failed }, signal).start;
        },
      },
      () => session.wasLoggedOut(scope.id),
    );
  }

  return {
    session: sessionState,
    manager,
    signIn: async (email, password) => (await begun()).session.signIn(email, password),
    logout: async () => (await begun()).session.logout(),
    start,
    trace(listener) {
      traceListeners.set(listener, manager.getSnapshot()?.trace(listener) ?? (() => {}));
      return () => {
        traceListeners.get(listener)?.();
        traceListeners.delete(listener);
      };
    },
  };

  function begun(): Promise<Running> {
    if (!running) throw new SyncError('lifecycle/closed', 'The provider of this page is not mounted.');
    return running;
  }
}

interface Parts {
  readonly platform: Platform;
  readonly registry: Registry | null;
  readonly rest: Sender;
  readonly session: Session;
  readonly policy: ReturnType<typeof withPolicy>;
}
