// Where a page's engine runs: by what the browser can, what is known to be broken, and what the application asks for. Each page chooses
// for itself; pages that chose differently share one connection all the same, because the `conn` lock alone decides who leads.
import type { HostKind } from '../protocol/rpc.ts';

export type HostWish = 'auto' | HostKind;

/** Why it is this host, as health says it. `insecure-context`: no locks (plain http), so that a SharedWorker leads, or pages take turns and poll. */
export type HostReason = 'asked' | 'best' | 'no-shared-worker' | 'known-bad' | 'no-worker' | 'shared-worker-failed' | 'worker-failed' | 'insecure-context';

export interface Abilities {
  readonly hasSharedWorker: boolean;
  readonly hasWorker: boolean;
  readonly hasLocks: boolean;
  readonly userAgent: string;
}

export interface HostChoice {
  readonly kind: HostKind;
  readonly reason: HostReason;
}

/** Browsers whose SharedWorker exists and is not to be trusted. Safari drops its network requests when their maker's tab is put aside (WebKit bug 318873). */
const KNOWN_BAD: readonly RegExp[] = [/^(?!.*(?:Chrom|Android)).*AppleWebKit.*Version\/\S+ .*Safari/];

export function readAbilities(hasLocks: boolean): Abilities {
  return { hasSharedWorker: typeof SharedWorker === 'function', hasWorker: typeof Worker === 'function', hasLocks, userAgent: navigator.userAgent };
}

/** A wish that the browser can't fulfil is no wish. */
export function chooseHost(wish: HostWish, abilities: Abilities): HostChoice {
  const { hasSharedWorker, hasLocks, userAgent } = abilities;
  if (!hasLocks) return { kind: hasSharedWorker ? 'shared' : 'inline', reason: 'insecure-context' };
  if (wish !== 'auto' && isAble(wish, abilities)) return { kind: wish, reason: 'asked' };
  if (!hasSharedWorker) return inPage('no-shared-worker', abilities);
  return KNOWN_BAD.some((known) => known.test(userAgent)) ? inPage('known-bad', abilities) : { kind: 'shared', reason: 'best' };
}

/** After a host that could not be started; null when nothing is left to try but the same again. */
export function nextHost(failed: HostKind, abilities: Abilities): HostChoice | null {
  if (failed === 'inline') return null;
  if (!abilities.hasLocks) return { kind: 'inline', reason: 'insecure-context' };
  return failed === 'shared' ? inPage('shared-worker-failed', abilities) : { kind: 'inline', reason: 'worker-failed' };
}

function isAble(kind: HostKind, { hasSharedWorker, hasWorker }: Abilities): boolean {
  if (kind === 'inline') return true;
  return kind === 'shared' ? hasSharedWorker : hasWorker;
}

function inPage(reason: HostReason, { hasWorker }: Abilities): HostChoice {
  return hasWorker ? { kind: 'elected', reason } : { kind: 'inline', reason: 'no-worker' };
}
