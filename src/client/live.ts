// The live part of a page, put together from the browser's own parts: one chunk, fetched while the first picture is read from disk.
import { POLICY, withPolicy, type Retention } from '../core/policy.ts';
import type { Overrides } from '../core/reading-policy.ts';
import { createVisibility } from '../platform/page.ts';
import type { HostWish } from '../host/choose-host.ts';
import type { EngineInit } from '../host/contract.ts';
import { createHost } from '../host/create-host.ts';
import type { Registry } from '../scope/registry.ts';
import { scopeNames } from '../scope/scope.ts';
import type { LiveFace, LivePage } from './contract.ts';
import type { InitialSnapshot } from './documents/initial-snapshot.ts';
import { createLivePage } from './live-page.ts';
import type { PageTokens } from './session/page-tokens.ts';
import { seedFor } from './documents/seed.ts';

export interface LiveOptions extends Omit<EngineInit, 'scope' | 'policy' | 'seed'> {
  readonly tokens: PageTokens | null;
  /** The newest token is kept on this device, for the service worker. */
  readonly storeToken: boolean;
  /** Where the engine of this page shall run. */
  readonly wish: HostWish;
  /** What differs from our numbers; of retention, what the application names. */
  readonly overrides: Overrides;
  readonly retention: Partial<Retention> | undefined;
  /** Null where nothing can be kept on this device. */
  readonly registry: Registry | null;
  readonly initial: InitialSnapshot | undefined;
  /** The server rendered this page for the person of this scope, as far as it has said. */
  readonly isRendered: boolean;
}

export function startLive(
  face: LiveFace,
  { tokens, storeToken, wish, overrides, retention, registry, initial, isRendered, ...own }: LiveOptions,
  signal: AbortSignal,
): LivePage {
  const { scope, platform } = face;
  const changed = retention ? { ...overrides, retention: { ...POLICY.retention, ...retention } } : overrides;
  const policy = withPolicy(changed);
  const store = { indexedDB, name: scopeNames(scope).database, scope, policy, clock: platform.clock };
  const init = { scope, ...own, policy: changed, ...(initial && { seed: seedFor(initial, scope, isRendered) }) };
  const visibility = createVisibility();
  const places = { init, build: String(__BUILD__), retireMs: policy.retireMs, pingMs: policy.pingMs, wish, visibility, random: platform.random };
  if (registry) tidy(scope.id, registry, face);
  if (tokens) keepToken(tokens, storeToken, face, signal);
  return createLivePage(
    {
      ...face,
      policy,
      tokens,
      visibility,
      createHost: (deps, until) => createHost({ ...deps, ...places }, until),
      openConsumers: own.isDurable ? async (until) => (await import('../store/consumer-rows.ts')).openConsumerRows(store, until) : null,
    },
    signal,
  );
}

function keepToken(tokens: PageTokens, isWanted: boolean, { notes, platform: { clock, log } }: LiveFace, signal: AbortSignal): void {
  if (!notes) return;
  import('./session/follow-token.ts').then(({ followToken }) => followToken({ tokens, notes, isWanted, now: clock.now, log }, signal)).catch(() => {});
}

/** How long a page has been there before it looks for what nobody uses any more. */
const TIDY_MS = 20_000;

function tidy(scopeId: string, registry: Registry, { platform }: LiveFace): void {
  void registry.used(scopeId).catch(() => {});
  platform.clock.after(TIDY_MS, () => {
    import('../store/idle-scopes.ts').then(({ deleteIdleScopes }) => deleteIdleScopes({ ...platform, registry, indexedDB }, scopeId)).catch(() => {});
  });
}
