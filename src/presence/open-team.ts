// The team of a page's manager, made of the browser's own parts when the first hook asks for it, and ended a moment after the last has gone.
import { createPageBus } from '../client/link/page-bus.ts';
import type { SyncManager } from '../client/contract.ts';
import { createNotifier } from '../client/topic.ts';
import { createBrowserPlatform } from '../platform/browser.ts';
import { createVisibility } from '../platform/page.ts';
import { scopeNames } from '../scope/scope.ts';
import { identityHeaders } from '../transport/request-headers.ts';
import type { Team } from './contract.ts';
import { createTeam } from './team.ts';

interface Open {
  readonly team: Team;
  readonly life: AbortController;
  holds: number;
}

/** React's StrictMode lets go and takes again; and what was held says goodbye in this time. */
const LINGER_MS = 2_000;

const open = new WeakMap<SyncManager, Open>();

/** Keeps the team alive until `release`. */
export function holdTeam(manager: SyncManager): { readonly team: Team; readonly release: () => void } {
  const held = open.get(manager) ?? begin(manager);
  open.set(manager, held);
  held.holds += 1;
  let isHeld = true;
  return {
    team: held.team,
    release() {
      if (!isHeld) return;
      isHeld = false;
      held.holds -= 1;
      setTimeout(() => held.holds === 0 && end(manager, held), LINGER_MS);
    },
  };
}

function end(manager: SyncManager, held: Open): void {
  held.life.abort();
  if (open.get(manager) === held) open.delete(manager);
}

function begin(manager: SyncManager): Open {
  const { clock, random, log, openBus } = createBrowserPlatform();
  const { identity, scope, health } = manager;
  const life = new AbortController();
  const failed = (error: unknown): void => log.error('A listener of the team failed', { error: String(error) });
  const team = createTeam(
    {
      ...{ clock, identity, ask: manager.ask, tab: random.id(), visibility: createVisibility(), onOnline: health.subscribe },
      notifier: createNotifier(clock, failed, life.signal),
      bus: createPageBus((until) => openBus(scopeNames(scope).bus, until), life.signal),
      isOnline: () => health.getSnapshot().isConnected || health.getSnapshot().isPollingFallback,
      // The cookie speaks for it. An application with tokens can't have one ready in this moment: there the lease ends by itself.
      farewell(method, path, body) {
        const headers = { ...identityHeaders(identity), ...(body ? { 'Content-Type': 'application/json' } : {}) };
        const init = { method, headers, credentials: 'include', keepalive: true } as const;
        fetch(identity.baseUrl + path, body ? { ...init, body: JSON.stringify(body) } : init).catch(() => {});
      },
    },
    life.signal,
  );
  return { team, life, holds: 0 };
}
