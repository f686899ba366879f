// Events of one order, as state; and, with a callback, each that comes from now on.
import { useEffect, useRef } from 'react';
import type { OrderSync } from '../client/history.ts';
import type { EventListener } from '../client/subscriptions.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export function useOrderSync(orderID: string, onEvent?: EventListener): OrderSync {
  const manager = useManager();
  const latest = useRef(onEvent);
  useEffect(() => void (latest.current = onEvent));
  const hasCallback = onEvent !== undefined;
  useEffect(() => (hasCallback ? manager?.subscribe((event) => latest.current?.(event), { orderID }) : undefined), [manager, orderID, hasCallback]);
  return useTopic(manager?.order(orderID) ?? NOBODY.order);
}
