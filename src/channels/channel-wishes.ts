// What channels wish of the connection while somebody listens to them: the smallest poll interval and delay, the most attempts. With the last wish the
// page has its own configuration back.
import type { SyncConfiguration } from '../client/configuration.ts';
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

/** By manager, so that all hooks and channel managers of a page are asked together. */
const wishesOf = new WeakMap<Configurable, { readonly before: Wished; readonly wishes: Set<ChannelWish> }>();

/** Returns the function that takes the wish back. */
export function wishFor(manager: Configurable, { pollingInterval, maxReconnectAttempts, reconnectDelay }: ChannelWish): () => void {
  if (pollingInterval === undefined && maxReconnectAttempts === undefined && reconnectDelay === undefined) return () => {};
  const wish: ChannelWish = { pollingInterval, maxReconnectAttempts, reconnectDelay };
  const known = wishesOf.get(manager) ?? { before: wishedOf(manager), wishes: new Set() };
  wishesOf.set(manager, known);
  known.wishes.add(wish);
  manager.configure(merged(known.before, known.wishes));
  return () => {
    if (!known.wishes.delete(wish)) return;
    manager.configure(merged(known.before, known.wishes));
    if (known.wishes.size === 0) wishesOf.delete(manager);
  };
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
