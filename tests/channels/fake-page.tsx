// A page with a manager whose events, documents and health the test says; subscriptions and topics are the real ones.
import type { ReactNode } from 'react';
import type { SyncManager } from '../../src/client/contract.ts';
import type { CollectionSnapshot } from '../../src/client/documents/collections.ts';
import { DEFAULT_CONFIGURATION, type SyncConfiguration } from '../../src/client/state/configuration.ts';
import { NO_METRICS, type DerivedMetrics } from '../../src/client/health/derived-metrics.ts';
import { earlyHealth, type Health } from '../../src/client/health/health.ts';
import type { Effect, Mutation } from '../../src/client/writes/mutation.ts';
import type { PageSync } from '../../src/client/page-sync.ts';
import type { SessionState } from '../../src/client/session/session.ts';
import { createSubscriptions } from '../../src/client/documents/subscriptions.ts';
import { createTopic, type WritableTopic } from '../../src/client/topic.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { PageSyncProvider } from '../../src/react/provider.tsx';

const immediate = { notify: (tell: () => void) => tell() };

export interface FakeManager {
  readonly manager: SyncManager;
  readonly health: WritableTopic<Health>;
  readonly metrics: WritableTopic<DerivedMetrics>;
  readonly configuration: WritableTopic<SyncConfiguration>;
  readonly mutations: Mutation[];
  readonly shown: { readonly effect: Effect; ended: string | null }[];
  readonly errors: unknown[];
  readonly holds: () => number;
  readonly connects: () => number;
  put(collection: string, id: string, version: number, doc: JsonObject): void;
  tell(...events: readonly SyncEvent[]): void;
  setHealth(change: Partial<Health>): void;
}

export function fakeManager(): FakeManager {
  const errors: unknown[] = [];
  const subscriptions = createSubscriptions((error) => errors.push(error));
  const health = createTopic<Health>(earlyHealth({ isWanted: true, isLate: false, error: null }), immediate);
  const metrics = createTopic<DerivedMetrics>(NO_METRICS, immediate);
  const configuration = createTopic<SyncConfiguration>(DEFAULT_CONFIGURATION, immediate);
  const collections = new Map<string, WritableTopic<CollectionSnapshot>>();
  const mutations: Mutation[] = [];
  const shown: FakeManager['shown'] = [];
  let [holds, connects] = [0, 0];
  const collection = (name: string): WritableTopic<CollectionSnapshot> => {
    const topic =
      collections.get(name) ?? createTopic<CollectionSnapshot>({ documents: new Map(), pending: new Map(), isLoading: false, isPartial: false }, immediate);
    collections.set(name, topic);
    return topic;
  };
  const manager = {
    ...{ health, metrics, configuration, collection, subscribe: subscriptions.add, onReset: subscriptions.onReset },
    configure: (change: Partial<SyncConfiguration>) => configuration.set({ ...configuration.getSnapshot(), ...change }),
    hold() {
      holds += 1;
      return () => void (holds -= 1);
    },
    connect: () => void (connects += 1),
    mutate(mutation: Mutation) {
      mutations.push(mutation);
      return { accepted: Promise.resolve({ id: `m${mutations.length}`, durable: true }), settled: new Promise(() => {}) };
    },
    desk: () =>
      Promise.resolve({
        show(effect: Effect) {
          const row = { effect, ended: null as string | null };
          shown.push(row);
          return { end: () => (row.ended = 'now'), endWithNextValue: () => (row.ended = 'with next value') };
        },
      }),
  };
  return {
    ...{ manager: manager as unknown as SyncManager, health, metrics, configuration, mutations, shown, errors, holds: () => holds, connects: () => connects },
    put(name, id, version, doc) {
      const topic = collection(name);
      const before = topic.getSnapshot();
      topic.set({ ...before, documents: new Map([...before.documents, [id, { collection: name, id, version, doc, seq: version, staleFor: null }]]) });
    },
    tell: (...events) => subscriptions.deliver(events),
    setHealth: (change) => health.set({ ...health.getSnapshot(), ...change }),
  };
}

export interface FakePage {
  readonly page: PageSync;
  readonly manager: WritableTopic<SyncManager | null>;
  readonly session: WritableTopic<SessionState>;
  readonly starts: () => number;
  readonly wrapper: (props: { readonly children: ReactNode }) => ReactNode;
}

export function fakePage(first: SyncManager | null): FakePage {
  const manager = createTopic<SyncManager | null>(first, immediate);
  const session = createTopic<SessionState>({ phase: 'starting', session: null }, immediate);
  let starts = 0;
  const start = () => {
    starts += 1;
    return () => void (starts -= 1);
  };
  const page = { manager, session, start } as unknown as PageSync;
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <PageSyncProvider page={page} autoConnect={false}>
      {children}
    </PageSyncProvider>
  );
  return { page, manager, session, starts: () => starts, wrapper };
}
