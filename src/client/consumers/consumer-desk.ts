// The named consumers of one page: who wants one, and when each may run. What they do is consumers.ts.
import type { SyncEvent } from '../../protocol/event.ts';
import type { Clock, Locks, Log } from '../../platform/ports.ts';
import type { ScopeNames } from '../../scope/scope.ts';
import type { LogReader, Position } from '../../store/contract.ts';
import { runConsumer, type ConsumerOptions, type OpenConsumers } from './consumers.ts';
import type { Topic } from '../topic.ts';

export interface ConsumerDeskDeps {
  /** Null where nothing is kept on disk. */
  readonly open: OpenConsumers | null;
  readonly reader: LogReader;
  readonly locks: Locks | null;
  readonly names: ScopeNames;
  readonly clock: Clock;
  readonly log: Log;
  /** A consumer wants live events, as a hook does. */
  readonly hold: () => () => void;
  /** Changes whenever the log may have grown. */
  readonly changes: Topic<readonly SyncEvent[]>;
  readonly onError: (error: unknown) => void;
  /** An at-most-once consumer is about to act. */
  readonly noteEffect: (name: string, event: SyncEvent) => void;
}

export interface ConsumerDesk {
  consume(name: string, options: ConsumerOptions): () => void;
  /** The lowest place that consumers held by this page have passed; null without any. */
  lowest(): Position | null;
  suspend(): void;
  resume(): void;
}

const LONGEST_NAME = 128;
/** One stored row and one lock each: an application that names them by data has a mistake, not a need. */
const MOST_CONSUMERS = 50;

export function createConsumerDesk(deps: ConsumerDeskDeps, signal: AbortSignal): ConsumerDesk {
  const running = new Map<string, { readonly options: ConsumerOptions; stretch: AbortController }>();
  const passed = new Map<string, Position>();

  function start(name: string): void {
    const row = running.get(name);
    if (!row || !deps.open) return;
    row.stretch = new AbortController();
    const until = AbortSignal.any([signal, row.stretch.signal]);
    const parts = { ...deps, open: deps.open, moved: (position: Position) => void passed.set(name, position) };
    runConsumer(parts, { name, options: row.options }, until).catch(deps.onError);
  }

  return {
    consume(name, options) {
      if (name === '' || name === 'closed' || name.length > LONGEST_NAME) throw new TypeError(`"${name}" can't name a consumer`);
      if (running.has(name) || running.size >= MOST_CONSUMERS) throw new TypeError(`The consumer "${name}" runs in this page already, or there are too many`);
      running.set(name, { options, stretch: new AbortController() });
      const release = deps.hold();
      start(name);
      return () => {
        const row = running.get(name);
        if (row?.options !== options) return;
        row.stretch.abort();
        running.delete(name);
        passed.delete(name);
        release();
      };
    },
    lowest: () => [...passed.values()].reduce<Position | null>((lowest, position) => (lowest && lowest.seq <= position.seq ? lowest : position), null),
    suspend: () => running.forEach(({ stretch }) => stretch.abort()),
    resume: () => running.forEach((_row, name) => start(name)),
  };
}
