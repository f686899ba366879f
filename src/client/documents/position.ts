// Places in the log, compared: only those of one run can be.
import type { Position } from '../../store/contract.ts';

/** True when a reader that stood at `known` has seen everything up to `wanted`. */
export function hasReached(known: Position | null, wanted: Position): boolean {
  return known?.run === wanted.run && known.seq >= wanted.seq;
}
