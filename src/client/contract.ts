// What a page's sync is given, and what it offers to hooks: the interface between the library's React side and everything below it.
// It comes in two parts: the face (sync-manager.ts), which shows what is on disk, and the live part (live-page.ts), loaded meanwhile.
import type { SyncEvent } from '../protocol/event.ts';
import type { Preferences } from '../protocol/rpc.ts';
import type { Policy } from '../core/policy.ts';
import type { ReadingPolicy } from '../core/reading-policy.ts';
import type { Platform } from '../platform/browser.ts';
import type { Visibility } from '../platform/ports.ts';
import type { Scope } from '../scope/scope.ts';
import type { HostDeps } from '../host/contract.ts';
import type { ChosenHost } from '../host/create-host.ts';
import type { LogReader, Notes } from '../store/contract.ts';
import type { OpenDeps } from '../store/open-scope.ts';
import type { Identity, RestAnswer, RestRequest, Sender } from '../transport/contract.ts';
import type { Collections, CollectionSnapshot } from './documents/collections.ts';
import type { SyncConfiguration } from './state/configuration.ts';
import type { ConsumerOptions, OpenConsumers } from './consumers/consumers.ts';
import type { DerivedMetrics } from './health/derived-metrics.ts';
import type { MetricsBaseline } from './state/exported-state.ts';
import type { Health } from './health/health.ts';
import type { History, OrderSync } from './documents/history.ts';
import type { Mutation, MutationHandle, OutboxDesk } from './writes/mutation.ts';
import type { MutationRequest, MutationResult } from './writes/mutations.ts';
import type { PageStore } from './documents/page-store.ts';
import type { PageTokens } from './session/page-tokens.ts';
import type { OutboxSnapshot, Pending } from './writes/pending.ts';
import type { PageTrace } from './trace/page-trace.ts';
import type { EventFilter, EventListener, Subscriptions } from './documents/subscriptions.ts';
import type { Notifier, Topic, WritableTopic } from './topic.ts';
import type { TraceRecord } from './trace/trace.ts';

/** What only the engine can answer: which store counts, and what lies in its memory. */
export interface EngineReads {
  /** False while what the leading engine holds is in its memory only. */
  isDurable(): boolean;
  /** Fails with `host/gone` while there is no engine. */
  readonly reader: LogReader;
  /** Rows on the disk could not be read: the engine shall look, because it alone may begin anew. */
  inspect(): Promise<void>;
}

export interface SyncManagerDeps {
  readonly platform: Platform;
  readonly scope: Scope;
  readonly device: string;
  readonly policy: ReadingPolicy;
  readonly rest: Sender;
  /** Opens what this page reads; `engine` is null until the live part is there. */
  readonly openReader: (engine: () => EngineReads | null, signal: AbortSignal) => PageStore;
  /** Where the outbox is kept; `memory` where nothing is on this device; null in bare mode: writes are sent at once, and only while there is a connection. */
  readonly outboxDisk: OpenDeps | 'memory' | null;
  /** Loads the live part. Called again where that failed. */
  readonly loadLive?: () => Promise<StartLive>;
  /** In place of it, a live part that begins within the call (bare mode). */
  readonly live?: StartLive;
  /** How topics tell; default: at most once a frame. */
  readonly notifier?: Notifier;
  readonly configuration: SyncConfiguration;
}

/** What the live part gets of the face, and leaves to it. */
export interface LiveFace extends Pick<SyncManagerDeps, 'platform' | 'scope'> {
  readonly page: string;
  /** Monotonic, ms: when this page began. */
  readonly startedAt: number;
  readonly reader: LogReader;
  readonly notes: Notes | null;
  readonly notifier: Notifier;
  readonly collections: Collections;
  readonly pending: Pick<Pending, 'look' | 'saw' | 'topic'>;
  readonly history: History;
  readonly subscriptions: Subscriptions;
  readonly trace: PageTrace;
  readonly health: WritableTopic<Health>;
  readonly metrics: WritableTopic<DerivedMetrics>;
  readonly baseline: WritableTopic<MetricsBaseline>;
  readonly configuration: Topic<SyncConfiguration>;
  configure(change: Partial<SyncConfiguration>): void;
  /** Somebody of this page wants the connection. */
  isWanted(): boolean;
  hold(): () => void;
  handlerFailed(error: unknown): void;
  /** This scope was logged out: the page ends. */
  loggedOut(): void;
}

/** What the live part takes from the browser. */
export interface LiveDeps extends LiveFace {
  readonly policy: Policy;
  readonly visibility: Visibility;
  /** The place where the engine of this page would run. */
  readonly createHost: (deps: Pick<HostDeps, 'names' | 'clock' | 'locks' | 'post' | 'failed'>, signal: AbortSignal) => ChosenHost;
  /** Of a bearer scope: answers engines that ask this page for a token; null where the cookie speaks. */
  readonly tokens: Pick<PageTokens, 'answer'> | null;
  /** Opens what named consumers write; null where nothing is kept on disk. */
  readonly openConsumers: OpenConsumers | null;
}

export type StartLive = (face: LiveFace, signal: AbortSignal) => LivePage;

/** What makes a page fresh: an engine somewhere, and the tie to it. */
export interface LivePage extends EngineReads, Pick<SyncManager, 'connect' | 'reconnect' | 'prefer' | 'exportState' | 'importState' | 'consume'> {
  /** Says that rows of the outbox changed, or that now is a good moment to send. */
  tell(why: string): void;
  /** What this page wants of the connection has changed: its holds or its configuration. */
  wished(): void;
  /** Options that the user changed, for later pages too. Never rejects. */
  keepConfiguration(change: Partial<SyncConfiguration>): Promise<void>;
  /** Says goodbye; what it holds ends with its signal. */
  leave(): void;
}

export interface SyncManager {
  readonly scope: Scope;
  /** In whose name this page's requests go out. */
  readonly identity: Identity;
  /** One request in that name, now; never rejects, and keeps nothing. For what is no write of a document. */
  ask(request: Omit<RestRequest, 'identity'>): Promise<RestAnswer>;
  readonly health: Topic<Health>;
  /** Figures over all sessions of this device. */
  readonly metrics: Topic<DerivedMetrics>;
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
  /** For as long as this page lives. */
  configure(change: Partial<SyncConfiguration>): void;
  /** As `configure`, and kept on this device: options that the user changed outrank `initialConfig` until log-out. Filters are this page's alone. */
  updateConfiguration(change: Partial<SyncConfiguration>): void;
  /** Sends once, now, and keeps nothing: for what makes no sense later. Everything that a person must not lose goes through `mutate`. */
  send(request: MutationRequest): Promise<MutationResult>;
  /** Keeps a write on this device, shows it in every tab, and sees to it that it is sent once; offline too. */
  mutate(mutation: Mutation): MutationHandle;
  /** What was written and is not confirmed. */
  readonly outbox: Topic<OutboxSnapshot>;
  /** What can be done about it, and what this page alone shows; loaded when it is asked for. */
  desk(): Promise<OutboxDesk>;
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
