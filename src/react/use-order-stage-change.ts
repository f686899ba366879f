// Calls back when an order moves from one stage to another, once for each move from now on. Never for history, and not after a reset:
// where the page was given a new picture as a whole nobody saw the move, and a callback that navigates must not guess.
import { useEffect } from 'react';
import type { SyncEvent } from '../protocol/event.ts';
import { asTyped, type EventOf } from '../client/documents/typed-events.ts';
import { useManager } from './provider.tsx';
import { useLatest } from './use-latest.ts';

/** Stages are the server's words; '' where an event doesn't say. */
export type StageChangeListener = (event: EventOf<'stage_change'>, previousStage: string, newStage: string) => void;

export function useOrderStageChange(orderID: string, onChange: StageChangeListener): void {
  const manager = useManager();
  const latest = useLatest(onChange);
  useEffect(
    () =>
      manager?.subscribe(
        (event) => {
          // An event without an order passes every filter, and is no move of this one.
          if (event.orderID === orderID) latest.current(asTyped(event) as EventOf<'stage_change'>, stageIn(event, 'previousStage'), stageIn(event, 'newStage'));
        },
        { orderID, eventTypes: ['stage_change'] },
      ),
    [manager, orderID, latest],
  );
}

function stageIn({ data }: SyncEvent, field: 'previousStage' | 'newStage'): string {
  const stage = data[field];
  return typeof stage === 'string' ? stage : '';
}
