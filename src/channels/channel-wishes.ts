// What channels wish of the connection while somebody listens to them: the smallest poll interval and delay, the most attempts. With the last wish the
// page has its own configuration back.
import type { SyncConfiguration } from '../client/state/configuration.ts';
import type { SyncManager } from '../client/contract.ts';

export interface ChannelWish {
  /** The most ms between two polls while polls carry the events; never below what the server asks for. */
  readonly pollingInterval?: number | undefined;
  /** Failures in a row until polling takes over. */
  readonly maxReconnectAttempts?: number | undefined;
  /** First delay, ms. */
  readonly reconnectDelay?: number | undefined;
}

type Wished = Pick<SyncConfiguration, 'pollInterval' | 'maxReconnectAttempts' | 'reconnectDelay'>;
type Configurable = Pick<SyncManager, 'configuration' | 'configure'>;

interface Wishes {
  /** What the application itself wants. */
  own: Wished;
  /** What was configured last, by a wish. */
  made: Wished;
  readonly all: Set<ChannelWish>;
}

/** By manager, so that all hooks and channel managers of a page are asked together. */
const wishesOf = new WeakMap<Configurable, Wishes>();

/** Returns the function that takes the wish back. */
export function wishFor(manager: Configurable, { pollingInterval, maxReconnectAttempts, reconnectDelay }: ChannelWish): () => void {
  if (pollingInterval === undefined && maxReconnectAttempts === undefined && reconnectDelay === undefined) return () => {};
  const wish: ChannelWish = { pollingInterval, maxReconnectAttempts, reconnectDelay };
  const now = wishedOf(manager);
  const known = wishesOf.get(manager) ?? { own: now, made: now, all: new Set() };
  wishesOf.set(manager, known);
  known.all.add(wish);
  apply(manager, known);
  return () => {
    if (!known.all.delete(wish)) return;
    apply(manager, known);
    if (known.all.size === 0) wishesOf.delete(manager);
  };
}

/** An option that somebody has set since the last wish (`updateConfiguration`) is the application's own from then on. */
function apply(manager: Configurable, known: Wishes): void {
  const now = wishedOf(manager);
  const isSet = ([name, value]: readonly [string, unknown]): boolean => value !== known.made[name as keyof Wished];
  known.own = { ...known.own, ...Object.fromEntries(Object.entries(now).filter(isSet)) };
  known.made = merged(known.own, known.all);
  manager.configure(known.made);
}

function wishedOf(manager: Configurable): Wished {
  const { pollInterval, maxReconnectAttempts, reconnectDelay } = manager.configuration.getSnapshot();
  return { pollInterval, maxReconnectAttempts, reconnectDelay };
}

function merged(before: Wished, wishes: ReadonlySet<ChannelWish>): Wished {
  const all = [...wishes];
  const polls = [before.pollInterval, ...all.map(({ pollingInterval }) => pollingInterval)].filter((ms) => typeof ms === 'number');
  return {
    pollInterval: polls.length > 0 ? Math.min(...polls) : null,
    maxReconnectAttempts: Math.max(before.maxReconnectAttempts, ...all.flatMap(({ maxReconnectAttempts = [] }) => maxReconnectAttempts)),
    reconnectDelay: Math.min(before.reconnectDelay, ...all.flatMap(({ reconnectDelay = [] }) => reconnectDelay)),
  };
}
