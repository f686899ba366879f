// One page's sync, put together from the browser's own parts: session, and the manager of whoever is signed in. Making it touches no
// browser global, so that a server can render a page with it; `start` does.
import { POLICY, withPolicy, type Retention } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { createBrowserPlatform, type Platform } from '../platform/browser.ts';
import type { Net } from '../platform/ports.ts';
import { createVisibility } from '../platform/page.ts';
import { openRegistry, scopeOf, type AuthKind, type CurrentSession, type Registry } from '../scope/registry.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { Sender } from '../transport/contract.ts';
import type { HostWish } from '../host/choose-host.ts';
import { createHost } from '../host/create-host.ts';
import type { LogoutOptions, NamedUser } from './account.ts';
import { createLazySender } from './lazy-sender.ts';
import type { GetToken, PageTokens } from './page-tokens.ts';
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
  /** Whose data this page shows; without it whoever is signed in on this device. */
  readonly named?: NamedUser | null | undefined;
  /** How requests say whose they are; `bearer` needs `getToken`. Default `cookie`. */
  readonly auth?: AuthKind | undefined;
  readonly getToken?: GetToken | undefined;
  /** Overrides of core/policy by name. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
  /** What the log of this device keeps, where it differs: by age (ms), count and bytes. */
  readonly retention?: Partial<Retention> | undefined;
  /** Where the engine of this page shall run; default `auto`: by what the browser can. */
  readonly host?: HostWish | undefined;
}

export interface PageSync {
  readonly session: Topic<SessionState>;
  /** The manager of whoever is signed in; null while nobody is. */
  readonly manager: Topic<SyncManager | null>;
  signIn(email: string, password: string): Promise<void>;
  logout(options?: LogoutOptions): Promise<void>;
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
    const policy = withPolicy(overridesOf(options));
    const baseUrl = options.baseUrl ?? location.origin;
    const tokens = options.auth === 'bearer' ? await openTokens(platform) : null;
    const net = tokens ? tokens.net(baseUrl) : platform.net;
    const rest = createLazySender({ net, clock: platform.clock, policy, baseUrl });
    const registry = await openRegistry({ newId: platform.random.id, now: platform.clock.now }).catch((error: unknown) => {
      platform.log.error('Nothing can be kept on this device', { error: String(error) });
      return null;
    });
    const named = options.named ?? null;
    const createOwn = named ? (await import('./named-session.ts')).createNamedSession : createSession;
    const session = createOwn(
      {
        named: named as NamedUser,
        auth: options.auth ?? 'cookie',
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
      void switchTo(state.session, { platform, registry, rest, session, policy, tokens });
    };
    session.state.subscribe(follow);
    follow();
    return { session, life };
  }

  async function openTokens(platform: Platform): Promise<OwnTokens> {
    const { getToken } = options;
    if (!getToken) throw new TypeError('auth="bearer" needs getToken');
    const [{ createPageTokens }, { createBearerNet }] = await Promise.all([import('./page-tokens.ts'), import('../transport/bearer-net.ts')]);
    const tokens = createPageTokens(getToken, platform);
    return { ...tokens, net: (baseUrl) => createBearerNet(platform.net, tokens, baseUrl) };
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
    tidy(current.scopeId, parts);
  }

  function createManager(scope: Scope, device: string, { platform, rest, session, policy, tokens }: Parts): SyncManager {
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
        tokens,
        openConsumers: options.enablePersistence
          ? async (signal) => (await import('../store/consumer-rows.ts')).openConsumerRows({ indexedDB, name: names.database, scope, policy, clock }, signal)
          : null,
        openReader: (link, signal) =>
          options.enablePersistence
            ? createPageStore(
                { indexedDB: globalThis.indexedDB, name: names.database, scope, policy, clock, link },
                () => session.wasLoggedOut(scope.id),
                signal,
              )
            : createEngineStore(link),
        createHost(own, signal) {
          const init = { scope, device, isDurable: options.enablePersistence, auth: options.auth ?? 'cookie', policy: overridesOf(options) } as const;
          return createHost({ ...own, init, build: String(__BUILD__), retireMs: policy.retireMs, wish: options.host ?? 'auto' }, signal);
        },
      },
      () => session.wasLoggedOut(scope.id),
    );
  }

  return {
    session: sessionState,
    manager,
    signIn: async (email, password) => (await begun()).session.signIn(email, password),
    logout: async (logoutOptions) => (await begun()).session.logout(logoutOptions),
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

/** The application's tokens, and a network that carries them. */
interface OwnTokens extends PageTokens {
  net(baseUrl: string): Net;
}

/** How long a page has been there before it looks for what nobody uses any more. */
const TIDY_MS = 20_000;

function tidy(scopeId: string, { registry, platform }: Parts): void {
  if (!registry) return;
  void registry.used(scopeId).catch(() => {});
  const { indexedDB } = globalThis;
  platform.clock.after(TIDY_MS, () => {
    import('../store/idle-scopes.ts').then(({ deleteIdleScopes }) => deleteIdleScopes({ ...platform, registry, indexedDB }, scopeId)).catch(() => {});
  });
}

/** What differs from our numbers; of retention, what the application names. */
function overridesOf({ policy = {}, retention }: Pick<PageSyncOptions, 'policy' | 'retention'>): Readonly<Record<string, unknown>> {
  return retention ? { ...policy, retention: { ...POLICY.retention, ...retention } } : policy;
}

interface Parts {
  readonly tokens: OwnTokens | null;
  readonly platform: Platform;
  readonly registry: Registry | null;
  readonly rest: Sender;
  readonly session: Session;
  readonly policy: ReturnType<typeof withPolicy>;
}
