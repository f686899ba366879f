// A named consumer for as long as a component is mounted: one position on disk for all tabs, one of them at a time. See ConsumerOptions.
import { useEffect } from 'react';
import type { ConsumerOptions } from '../client/consumers/consumers.ts';
import { useManager } from './provider.tsx';
import { useLatest } from './use-latest.ts';

/** Handlers may be other functions with each render; another name, guarantee or filter begins anew. */
export function useConsumer(name: string, options: ConsumerOptions): void {
  const manager = useManager();
  const latest = useLatest(options);
  const { guarantee, filter } = options;
  const orderID = filter?.orderID ?? null;
  const types = filter?.eventTypes?.join(',');
  useEffect(
    () =>
      manager?.consume(name, {
        guarantee,
        filter: { orderID, eventTypes: types ? types.split(',') : undefined },
        onEvent: (event) => latest.current.onEvent(event),
        onUncertain: (event) => latest.current.onUncertain?.(event),
        onSkipped: (skipped) => latest.current.onSkipped?.(skipped),
      }),
    [manager, name, guarantee, orderID, types, latest],
  );
}
