// Lets retention take what it may, in short transactions between commits. It never empties what a living page has not passed,
// unless count or bytes are over their bound.
import type { Policy } from '../core/policy.ts';
import type { Clock, Log } from '../platform/ports.ts';
import type { LogMeta, LogWriter, SweepResult } from '../store/contract.ts';

export interface SweepDeps {
  readonly writer: LogWriter;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly log: Log;
  readonly meta: () => LogMeta;
  /** The lowest seq that every living page has behind it. */
  readonly passed: () => number;
  readonly swept: (result: SweepResult) => void;
}

/** Between sweeps when nothing presses; a log over its count or bytes is swept as soon as this is asked. */
const SWEEP_MS = 60_000;
/** A sweep that finds more to do goes on after this, so that commits come in between. */
const NEXT_SLICE_MS = 50;

/** Sweeps until `signal` aborts. `press` asks for a sweep soon (a commit went over the bounds). */
export function startSweep(deps: SweepDeps, signal: AbortSignal): { press(): void } {
  const { clock, policy } = deps;
  let cancel = clock.after(SWEEP_MS, () => void sweep());
  let isRunning = false;

  async function sweep(): Promise<void> {
    if (signal.aborted || isRunning) return;
    isRunning = true;
    const more = await slice();
    isRunning = false;
    cancel();
    if (!signal.aborted) cancel = clock.after(more ? NEXT_SLICE_MS : SWEEP_MS, () => void sweep());
  }

  async function slice(): Promise<boolean> {
    try {
      const result = await deps.writer.sweep(deps.meta().term, policy.retention, deps.passed());
      deps.swept(result);
      return result.sweptEvents > 0 || result.dropped.length > 0;
    } catch (error) {
      deps.log.info('The log could not be swept; trying again later', { error: String(error) });
      return false;
    }
  }

  signal.addEventListener('abort', () => cancel());
  return {
    press() {
      const { events, bytes } = deps.meta();
      if (isRunning || (events <= policy.retention.maxEvents * 1.1 && bytes <= policy.retention.maxBytes * 1.1)) return;
      void sweep();
    },
  };
}
