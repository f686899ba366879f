// "Last known" as a mark: icon and time, told apart from a present value without colour.
import { History } from 'lucide-react';
import { timeOfDay } from '../format.ts';
import { words } from '../words.ts';

export function LastKnown({ atMs }: { readonly atMs: number | null }) {
  return (
    <span className="last-known">
      <History className="icon" aria-hidden="true" />
      {atMs === null ? words.bay.lastKnownLabel : words.bay.asAt(timeOfDay(atMs))}
    </span>
  );
}
