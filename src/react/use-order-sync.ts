// Events of one order, as state; and, with a callback, each that comes from now on.
import { useEffect, useRef } from 'react';
import type { OrderSync } from '../client/documents/history.ts';
import { asTyped, type TypedEvent, type TypedListener } from '../client/documents/typed-events.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export interface OrderSyncHook extends OrderSync {
  readonly events: readonly TypedEvent[];
  readonly latestEvent: TypedEvent | null;
}

export function useOrderSync(orderID: string, onEvent?: TypedListener): OrderSyncHook {
  const manager = useManager();
  const latest = useRef(onEvent);
  useEffect(() => void (latest.current = onEvent));
  const hasCallback = onEvent !== undefined;
  useEffect(() => (hasCallback ? manager?.subscribe((event) => latest.current?.(asTyped(event)), { orderID }) : undefined), [manager, orderID, hasCallback]);
  // The same object each time, with its events known by their types.
  return useTopic(manager?.order(orderID) ?? NOBODY.order) as OrderSyncHook;
}
