// Shows a change before the server has it. With a function, the function is the application's own call and everything lasts as long as the page;
// with a request, the write is kept on this device and survives whatever happens to the page.
import { useMemo } from 'react';
import type { Effect, Fate, Mutation, ShownEffect } from '../client/writes/mutation.ts';
import type { SyncManager } from '../client/contract.ts';
import { SyncError } from '../core/sync-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import { useRealtimePage } from './use-realtime-page.ts';

export interface OptimisticOptions {
  /** Where the call fails, what was shown goes away again. Default true; false = it stays until the server's next value. */
  readonly rollbackOnError?: boolean;
  /** After success the server's value is shown at the latest after some seconds. Default true; false = only when a new one comes. */
  readonly revalidate?: boolean;
}

/** A write that outlives the page: an HTTP request as `useMutate` takes it. */
export type DurableRequest = Pick<Mutation, 'method' | 'path' | 'body' | 'policy'>;

export interface KeptUpdate {
  readonly id: string;
  readonly durable: boolean;
  readonly settled: Promise<Fate>;
}

export interface OptimisticUpdate {
  /** Not offline-safe: a function can't be kept. Answers and fails as the function does. `key` names a document: `order-123`. */
  <T>(key: string, update: () => Promise<T>, data: object, options?: OptimisticOptions): Promise<T>;
  /** Resolves when the request is kept; see `useMutate`. */
  (key: string, request: DurableRequest, data: object, options?: OptimisticOptions): Promise<KeptUpdate>;
}

/** How long what was shown may outlive its call without a new value from the server. */
const REVALIDATE_MS = 10_000;

/** With a provider or without (document 004 shows none). */
export function useOptimisticUpdate(): { readonly optimisticUpdate: OptimisticUpdate } {
  const { manager } = useRealtimePage(false);
  return useMemo(() => ({ optimisticUpdate: createOptimisticUpdate(manager) }), [manager]);
}

/** As the hook gives it; null = nobody is signed in. */
export function createOptimisticUpdate(manager: Pick<SyncManager, 'mutate' | 'desk'> | null): OptimisticUpdate {
  async function update(
    key: string,
    what: DurableRequest | (() => Promise<unknown>),
    data: object,
    { rollbackOnError = true, revalidate = true }: OptimisticOptions = {},
  ): Promise<unknown> {
    const effect = effectOf(key, data as JsonObject);
    if (typeof what !== 'function') return keep(manager, { ...what, effect });
    // Never waited for: the call goes out at once, also where the code of the outbox is still on its way.
    const shown = manager?.desk().then((desk) => desk.show(effect));
    const then = (act: (made: ShownEffect) => void): void => void shown?.then(act, () => {});
    try {
      const result = await what();
      then((made) => made.endWithNextValue(revalidate ? REVALIDATE_MS : null));
      return result;
    } catch (error) {
      then((made) => (rollbackOnError ? made.end() : made.endWithNextValue(null)));
      throw error;
    }
  }
  return update as OptimisticUpdate;
}

async function keep(manager: Pick<SyncManager, 'mutate'> | null, mutation: Mutation): Promise<KeptUpdate> {
  if (!manager) throw new SyncError('auth/expired', 'Nobody is signed in.');
  const { accepted, settled } = manager.mutate(mutation);
  return { ...(await accepted), settled };
}

/** Document 004 says `status: 'IN_PROGRESS'` of an order whose stage is `in_progress`: whoever shows the status reads it from the stage. */
function effectOf(key: string, data: JsonObject): Effect {
  const { collection, docId } = documentOf(key);
  const { status, stage } = data;
  const isStage = collection === 'orders' && typeof status === 'string' && stage === undefined;
  return { collection, docId, patch: isStage ? { ...data, stage: status.toLowerCase() } : data };
}

/** `order-123`, `orders-123` and `orders/123` are all the document `123` of `orders`; what follows a colon names an event of it. */
export function documentOf(key: string): { readonly collection: string; readonly docId: string } {
  const match = /^([a-z]+)[-/]([^:]+)(?::.*)?$/i.exec(key);
  if (!match) throw new TypeError(`An optimistic update is about a document, as in 'order-123': '${key}' names none`);
  const [, name = '', docId = ''] = match;
  const collection = name.toLowerCase();
  return { collection: collection.endsWith('s') ? collection : `${collection}s`, docId };
}
