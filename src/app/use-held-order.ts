// Keeps a list's order while somebody's finger or focus is in it: rows show what is new at once, but none changes its place under a
// hand. What the list would have done waits behind a number.
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { countMoves } from '../domain/order-list.ts';

export interface Keyed {
  readonly id: string;
}

export interface HeldOrder<Row extends Keyed> {
  /** In the order that stays while held. */
  readonly rows: readonly Row[];
  /** Rows that came, went or moved since; 0 while nothing waits. */
  readonly moves: number;
  /** Hand or focus came (true) or went. */
  hold(isHeld: boolean): void;
  /** Shows the present order now, held or not. */
  release(): void;
}

interface Held {
  readonly lists: string;
  readonly ids: readonly string[];
}

/** `lists` names what the rows were asked for: an answer to another question is shown at once. `all` finds rows that left the list. */
export function useHeldOrder<Row extends Keyed>(present: readonly Row[], lists: string, all: readonly Row[]): HeldOrder<Row> {
  const [held, setHeld] = useState<Held | null>(null);
  const latest = useRef<Held>({ lists, ids: [] });
  useLayoutEffect(() => {
    latest.current = { lists, ids: present.map(({ id }) => id) };
  });
  if (held && held.lists !== lists) setHeld({ lists, ids: present.map(({ id }) => id) });
  const hold = useCallback((isHeld: boolean) => setHeld((before) => (isHeld ? (before ?? latest.current) : null)), []);
  const release = useCallback(() => setHeld((before) => before && latest.current), []);
  const moves = useMemo(
    () =>
      held?.lists === lists
        ? countMoves(
            held.ids,
            present.map(({ id }) => id),
          )
        : 0,
    [held, lists, present],
  );
  const rows = useMemo(() => (held && moves > 0 ? inOrder(held.ids, all) : present), [held, moves, present, all]);
  return { rows, moves, hold, release };
}

function inOrder<Row extends Keyed>(ids: readonly string[], all: readonly Row[]): readonly Row[] {
  const byId = new Map(all.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
