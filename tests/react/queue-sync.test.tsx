// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { useLayoutEffect } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import type { EventName, EventOf, SyncEvent } from '../../src/lib/sync/types.ts';
import type { Mutation } from '../../src/client/writes/mutation.ts';
import { createTopic } from '../../src/client/topic.ts';
import type { MissingEventData } from '../../src/client/documents/typed-events.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { useQueueSync, type QueueSync } from '../../src/react/use-queue-sync.ts';

const held = vi.hoisted(() => ({ manager: null as unknown }));
vi.mock('../../src/react/provider.tsx', () => ({ useManager: () => held.manager, useInitialCollection: () => undefined }));
afterEach(cleanup);

test('[SYD14] useQueueSync shows the queues that can be read, and updateQueue is a kept write of the order in which cars wait', () => {
  const kept: Mutation[] = [];
  const since = '2026-01-01T08:00:00Z';
  const entries = ['o1', 'o2', 'o3'].map((orderId) => ({ orderId, since }));
  const document = (id: string, doc: object) => [id, { collection: 'queues', id, version: 1, doc, seq: 1, staleFor: null }] as const;
  const documents = new Map([document('main', { id: 'main', name: 'Main', entries }), document('broken', { id: 'broken' })]);
  const collection = createTopic({ documents, pending: new Map(), isLoading: false, isPartial: false }, { notify: (tell) => tell() });
  const mutate = (mutation: Mutation) => (kept.push(mutation), { accepted: Promise.resolve({ id: 'm', durable: true }), settled: new Promise(() => {}) });
  held.manager = { ...NOBODY, collection: () => collection, mutate };
  const shown: { queue: QueueSync | null } = { queue: null };
  function Queue() {
    const queue = useQueueSync();
    useLayoutEffect(() => void (shown.queue = queue));
    return null;
  }
  render(<Queue />);
  expect(shown.queue?.queues.map(({ id, entries: cars }) => [id, cars.length])).toEqual([['main', 3]]);
  void shown.queue?.updateQueue('main', ['o3', 'o1', 'o2']);
  expect(kept).toEqual([
    {
      method: 'PATCH',
      path: '/api/v1/queues/main',
      body: { orderIds: ['o3', 'o1', 'o2'] },
      effect: { collection: 'queues', docId: 'main', patch: { entries: ['o3', 'o1', 'o2'].map((orderId) => ({ orderId, since })) } },
    },
  ]);
});

test('[SYD15] an event narrows by its eventType, and every type of the wire has its data', () => {
  type IsWhole = [MissingEventData] extends [never] ? true : false;
  const isWhole: IsWhole = true;
  function stageOf(event: SyncEvent): string | null {
    // @ts-expect-error what an event of any type holds under this name need not be text
    const unknown: string = event.data.newStage;
    return event.eventType === 'stage_change' ? event.data.newStage : unknown;
  }
  const event: EventOf<'stage_change'> = {
    ...{ id: 'a', prev: '', eventType: 'stage_change' as const, orderID: 'o1', timestamp: '', tenant: 't', actor: null, mutationId: null, changes: [] },
    data: { previousStage: 'ready', newStage: 'paid' },
  };
  const names: readonly EventName[] = ['connected', 'heartbeat', 'polling_data_refresh', 'qr_generated', 'whatsapp_connected'];
  expect([stageOf(event), isWhole, names.length]).toEqual(['paid', true, 5]);
});
