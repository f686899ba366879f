import { describe, expect, test } from 'vitest';
import type { Mutation, MutationHandle, OutboxDesk, ShownEffect } from '../../src/client/writes/mutation.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { createOptimisticUpdate, documentOf } from '../../src/react/use-optimistic-update.ts';

/** What a page is asked to show and to keep. */
function bench(accepted: () => Promise<{ id: string; durable: boolean }> = () => Promise.resolve({ id: 'm1', durable: true })) {
  const said: unknown[] = [];
  const kept: Mutation[] = [];
  const show = (effect: unknown): ShownEffect => {
    said.push(effect);
    return { end: () => said.push('end'), endWithNextValue: (ms) => said.push(['next', ms]) };
  };
  const mutate = (mutation: Mutation): MutationHandle => {
    kept.push(mutation);
    return { accepted: accepted(), settled: Promise.resolve({ outcome: 'unknown', id: 'm1' }) };
  };
  return { said, kept, optimisticUpdate: createOptimisticUpdate({ desk: () => Promise.resolve({ show } as OutboxDesk), mutate }) };
}

const shown = { collection: 'orders', docId: '123', patch: { status: 'ready', stage: 'ready' } };

describe('[OPU1] an optimistic update with a function', () => {
  test('shows at once, answers as the function does, and ends with the server’s value', async () => {
    const { said, optimisticUpdate } = bench();
    expect(await optimisticUpdate('order-123', async () => 42, { status: 'ready' })).toBe(42);
    expect(said).toEqual([shown, ['next', 10_000]]);
  });
  test('goes away where the function fails, unless told to stay; the failure is the caller’s', async () => {
    const { said, optimisticUpdate } = bench();
    const fails = () => Promise.reject(new Error('no'));
    await expect(optimisticUpdate('order-123', fails, { status: 'ready' })).rejects.toThrow('no');
    await expect(optimisticUpdate('order-123', fails, { status: 'ready' }, { rollbackOnError: false })).rejects.toThrow('no');
    expect(said).toEqual([shown, 'end', shown, ['next', null]]);
  });
  test('without revalidation it stays until a new value comes, however long that takes', async () => {
    const { said, optimisticUpdate } = bench();
    await optimisticUpdate('order-123', async () => null, { status: 'ready' }, { revalidate: false });
    expect(said.at(-1)).toEqual(['next', null]);
  });
});

test('[OPU1] a status as document 004 writes it is the stage of an order, which is where a status is read from; of anything else it is a field', async () => {
  const { said, optimisticUpdate } = bench();
  await optimisticUpdate('order-123', async () => null, { status: 'IN_PROGRESS', updatedAt: 'now' });
  await optimisticUpdate('driver-1', async () => null, { status: 'BUSY' });
  await optimisticUpdate('order-123', async () => null, { status: 'x', stage: 'paid' });
  expect(said.filter((_, at) => at % 2 === 0)).toMatchObject([
    { patch: { status: 'IN_PROGRESS', stage: 'in_progress', updatedAt: 'now' } },
    { patch: { status: 'BUSY' } },
    { patch: { status: 'x', stage: 'paid' } },
  ]);
});

describe('[OPU2] an optimistic update with a request', () => {
  const request = { method: 'PATCH', path: '/api/v1/orders/123', body: { status: 'ready' } } as const;
  test('is kept with what it shows, and resolves when it is', async () => {
    const { kept, optimisticUpdate } = bench();
    expect(await optimisticUpdate('order-123', request, { status: 'ready' })).toMatchObject({ id: 'm1', durable: true });
    expect(kept).toEqual([{ ...request, effect: shown }]);
  });
  test('fails where it can’t be kept, and where nobody is signed in', async () => {
    const { optimisticUpdate } = bench(() => Promise.reject(new SyncError('store/quota', 'full')));
    await expect(optimisticUpdate('order-123', request, {})).rejects.toMatchObject({ code: 'store/quota' });
    await expect(createOptimisticUpdate(null)('order-123', request, {})).rejects.toMatchObject({ code: 'auth/expired' });
  });
});

test('[OPU1] a key names a document in any of the usual spellings', () => {
  for (const key of ['order-123', 'orders-123', 'orders/123', 'orders-123:order.updated'])
    expect(documentOf(key)).toEqual({ collection: 'orders', docId: '123' });
  expect(documentOf('job-a-b-c')).toEqual({ collection: 'jobs', docId: 'a-b-c' });
  expect(() => documentOf('everything')).toThrow(TypeError);
});
