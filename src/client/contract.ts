// What a page's sync is given, and what it offers to hooks: the interface between the library's React side and everything below it.
import type { SyncEvent } from '../protocol/event.ts';
import type { Preferences } from '../protocol/rpc.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import type { Visibility } from '../platform/ports.ts';
import type { Scope } from '../scope/scope.ts';
import type { HostDeps } from '../host/contract.ts';
import type { ChosenHost } from '../host/create-host.ts';
import type { LogReader, Notes } from '../store/contract.ts';
import type { Sender } from '../transport/contract.ts';
import type { CollectionSnapshot } from './collections.ts';
import type { SyncConfiguration } from './configuration.ts';
import type { Health } from './connection-health.ts';
import type { ConsumerOptions, OpenConsumers } from './consumers.ts';
import type { EngineLink } from './engine-link.ts';
import type { MetricsBaseline } from './exported-state.ts';
import type { OrderSync } from './history.ts';
import type { MutationRequest, MutationResult } from './mutations.ts';
import type { PageTokens } from './page-tokens.ts';
import type { EventFilter, EventListener } from './subscriptions.ts';
import type { Topic } from './topic.ts';
import type { TraceRecord } from './trace.ts';

export interface SyncManagerDeps {
  readonly platform: Platform;
  readonly visibility: Visibility;
  readonly scope: Scope;
  readonly device: string;
  readonly policy: Policy;
  readonly rest: Sender;
  /** Opens what this page reads; `link` is for stores that only the engine can open. */
  readonly openReader: (link: EngineLink, signal: AbortSignal) => { readonly reader: LogReader; readonly notes: Notes | null };
  /** The place where the engine of this page would run. */
  readonly createHost: (deps: Pick<HostDeps, 'names' | 'clock' | 'locks' | 'post' | 'failed'>, signal: AbortSignal) => ChosenHost;
  readonly configuration: SyncConfiguration;
  /** Of a bearer scope: answers engines that ask this page for a token; null where the cookie speaks. */
  readonly tokens: Pick<PageTokens, 'answer'> | null;
  /** Opens what named consumers write; null where nothing is kept on disk. */
  readonly openConsumers: OpenConsumers | null;
}

export interface SyncManager {
  readonly scope: Scope;
  readonly health: Topic<Health>;
  /** The newest `eventHistoryLimit` events, oldest first. */
  readonly events: Topic<readonly SyncEvent[]>;
  readonly configuration: Topic<SyncConfiguration>;
  order(orderID: string): Topic<OrderSync>;
  collection(name: string): Topic<CollectionSnapshot>;
  /** Callbacks for events after this page's start; see EventFilter. */
  subscribe(listener: EventListener, filter?: EventFilter): () => void;
  /** The page's picture was replaced as a whole (another run). */
  onReset(listener: () => void): () => void;
  /** Wants the connection until the returned function is called. */
  hold(): () => void;
  /** Asks for a connection where there is none; does nothing where there is one. */
  connect(): void;
  reconnect(): void;
  configure(change: Partial<SyncConfiguration>): void;
  send(request: MutationRequest): Promise<MutationResult>;
  /** Keeps what the user of this device chose, and applies it; without an engine the next one does. */
  prefer(preferences: Preferences): Promise<void>;
  /** Acts on events with a position on disk that all tabs share, one of them at a time; see ConsumerOptions. Returns the function that ends it. */
  consume(name: string, options: ConsumerOptions): () => void;
  /** What this page shows and how it is set up, as JSON text in the documents' format. */
  exportState(): Promise<string>;
  /** Takes over configuration, preferences, metrics and history of an export; never a position. Fails with `protocol/malformed`. */
  importState(json: string): Promise<void>;
  /** Counts of an imported state, added to what this device counted itself. */
  readonly baseline: Topic<MetricsBaseline>;
  trace(listener: (record: TraceRecord) => void): () => void;
  /** Ends everything of this page. Idempotent; afterwards nothing is delivered. */
  close(): Promise<void>;
}
