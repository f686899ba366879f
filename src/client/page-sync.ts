// One page's sync, put together from the browser's own parts: session, and the manager of whoever is signed in. Making it touches no
// browser global, so that a server can render a page with it; `start` does.
import type { Retention } from '../core/policy.ts';
import { overridden, READING_POLICY, type ReadingPolicy } from '../core/reading-policy.ts';
import { SyncError } from '../core/sync-error.ts';
import { createBrowserPlatform, type Platform } from '../platform/browser.ts';
import { openRegistry, scopeOf, type AuthKind, type CurrentSession, type Registry } from '../scope/registry.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import type { Sender } from '../transport/contract.ts';
import type { HostWish } from '../host/choose-host.ts';
import type { LogoutOptions, NamedUser } from './session/account.ts';
import { mayBeOf, type InitialSnapshot } from './documents/initial-snapshot.ts';
import { createLazySender } from './writes/lazy-sender.ts';
import type { OwnIdentity } from './session/own-identity.ts';
import type { GetToken, PageTokens } from './session/page-tokens.ts';
import { createMemoryStore, createPageStore } from './documents/page-store.ts';
import { createSession, type Session, type SessionState } from './session/session.ts';
import { createSyncManager, type SyncConfiguration, type SyncManager } from './sync-manager.ts';
import type { TraceRecord } from './trace/trace.ts';
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
  /** With `bearer`: the newest token is kept in this device's database, so that the service worker can send writes while no page is open. Default false. */
  readonly storeToken?: boolean | undefined;
  /** Overrides of core/policy by name. */
  readonly policy?: Readonly<Record<string, unknown>> | undefined;
  /** What the log of this device keeps, where it differs: by age (ms), count and bytes. */
  readonly retention?: Partial<Retention> | undefined;
  /** Where the engine of this page shall run; default `auto`: by what the browser can. */
  readonly host?: HostWish | undefined;
  /** In place of session, engine and disk: a manager of its own (bare mode). Where it answers at once, the page has it within the call that starts it. */
  readonly bare?: ((options: PageSyncOptions) => SyncManager | Promise<SyncManager>) | undefined;
  /** What the server rendered into this page. */
  readonly initialSnapshot?: InitialSnapshot | undefined;
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
  /** For page-beside: scopes of this page beside its own, and how they are made. */
  readonly others: Map<string, PageSync>;
  readonly options: PageSyncOptions;
  /** What the server rendered into this page, as long as it may be of whoever is signed in. */
  initial(): InitialSnapshot | undefined;
}

/** React's StrictMode mounts, unmounts and mounts again: an end that is taken back within this time was none. */
const GRACE_MS = 1_000;
const REGISTRY_BUS = 'holdfast:session';

interface Running {
  /** Null in bare mode: who is signed in is the application's business. */
  readonly session: Session | null;
  readonly life: AbortController;
}

export function createPageSync(options: PageSyncOptions): PageSync {
  const overrides = options.policy ?? {};
  const immediate = { notify: (tell: () => void) => tell() };
  const sessionState = createTopic<SessionState>({ phase: 'starting', session: null }, immediate);
  const manager = createTopic<SyncManager | null>(null, immediate);
  /** Listeners of the page, with the end of each one's tie to the present manager. */
  const traceListeners = new Map<(record: TraceRecord) => void, () => void>();
  let running: Promise<Running> | null = null;
  let starts = 0;
  let startedAt = Infinity;
  /** Scope of the person for whom the server rendered this page: the first whom it names itself. '' = nobody; null = it has not answered. */
  let renderedFor: string | null = null;

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
    if (options.bare) return runBare(options.bare(options));
    // Asked for while the disk is read; where it fails, whoever needs it asks again.
    import('./live.ts').catch(() => {});
    const platform = createBrowserPlatform();
    startedAt = platform.clock.now();
    const life = new AbortController();
    const policy = overridden(READING_POLICY, overrides);
    const baseUrl = options.baseUrl ?? location.origin;
    const { auth = 'cookie', named = null, feed = '' } = options;
    const { net, tokens, createSession } = await identify(platform, baseUrl);
    const rest = createLazySender({ net, clock: platform.clock, baseUrl }, overrides);
    const registry = await openRegistry({ newId: platform.random.id, now: platform.clock.now }).catch((error: unknown) => {
      platform.log.error('Nothing can be kept on this device', { error: String(error) });
      return null;
    });
    const [notifier, bus] = [createNotifier(platform.clock, () => {}, life.signal), platform.openBus(REGISTRY_BUS, life.signal)];
    const session = createSession({ named, auth, registry, rest, platform, policy, baseUrl, feed, notifier, bus }, life.signal);
    const follow = (): void => {
      const state = session.state.getSnapshot();
      if (state.phase === 'signed-out') renderedFor ??= '';
      else if (state.session && state.session.signedInAt >= startedAt) renderedFor ??= state.session.scopeId;
      sessionState.set(state);
      void switchTo(state.session, { platform, registry, rest, session, policy, tokens });
    };
    session.state.subscribe(follow);
    follow();
    return { session, life };
  }

  function initial(): InitialSnapshot | undefined {
    const { initialSnapshot: given } = options;
    return given && mayBeOf(given, sessionState.getSnapshot().session, renderedFor) ? given : undefined;
  }

  async function runBare(made: SyncManager | Promise<SyncManager>): Promise<Running> {
    manager.set(made instanceof Promise ? await made : made);
    sessionState.set({ phase: 'signed-out', session: null });
    return { session: null, life: new AbortController() };
  }

  /** Whoever is signed in on this device by the server's cookie, or whom the application names. */
  async function identify(platform: Platform, baseUrl: string): Promise<OwnIdentity> {
    if (!options.named && options.auth !== 'bearer') return { net: platform.net, tokens: null, createSession };
    return (await import('./session/own-identity.ts')).createOwnIdentity(options, platform, baseUrl);
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

  function createManager(scope: Scope, device: string, { platform, rest, registry, session, policy, tokens }: Parts): SyncManager {
    const { clock } = platform;
    const { enablePersistence: isDurable, auth = 'cookie', host: wish = 'auto', retention } = options;
    const store = { indexedDB: globalThis.indexedDB, name: scopeNames(scope).database, scope, policy, clock };
    const loggedOut = (): void => session.wasLoggedOut(scope.id);
    const own = {
      device,
      isDurable,
      auth,
      overrides,
      retention,
      tokens,
      storeToken: options.storeToken === true,
      wish,
      registry,
      initial: initial(),
      isRendered: !!options.named || renderedFor === scope.id,
    };
    return createSyncManager(
      {
        ...{ platform, scope, device, policy, rest, configuration: options.configuration },
        openReader: (engine, signal) => (isDurable ? createPageStore({ ...store, engine }, loggedOut, signal) : createMemoryStore(engine)),
        outboxDisk: isDurable ? store : 'memory',
        async loadLive() {
          const { startLive } = await import('./live.ts');
          return (face, signal) => startLive(face, own, signal);
        },
      },
      loggedOut,
    );
  }

  return {
    session: sessionState,
    manager,
    signIn: async (email, password) => (await begun()).signIn(email, password),
    async logout(logoutOptions) {
      const session = await begun();
      const made = manager.getSnapshot();
      if (logoutOptions?.unsent !== 'discard' && made?.outbox.getSnapshot().inMemory)
        await (await import('./session/leave-unkept.ts')).leaveUnkept(made, createBrowserPlatform().clock);
      await session.logout(logoutOptions);
    },
    start,
    options,
    initial,
    others: new Map(),
    trace(listener) {
      traceListeners.set(listener, manager.getSnapshot()?.trace(listener) ?? (() => {}));
      return () => {
        traceListeners.get(listener)?.();
        traceListeners.delete(listener);
      };
    },
  };

  async function begun(): Promise<Session> {
    const session = (await running)?.session;
    if (!session) throw new SyncError('lifecycle/closed', 'The provider of this page is not mounted, or signs nobody in.');
    return session;
  }
}

interface Parts {
  readonly tokens: PageTokens | null;
  readonly platform: Platform;
  readonly registry: Registry | null;
  readonly rest: Sender;
  readonly session: Session;
  readonly policy: ReadingPolicy;
}
