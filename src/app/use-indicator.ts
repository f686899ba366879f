// The indicator's state of this page: health and the page's clock, stepped through `indicator-state`.
import { useContext, useEffect, useState } from 'react';
import { useConnectionHealth } from '@/lib/sync';
import { POLICY } from '../core/policy.ts';
import { isFresh, isLabelHeld, isStale, startIndicator, stepIndicator, wantedState, type IndicatorHealth, type IndicatorState } from './indicator-state.ts';
import { PRESENT, type Standing } from './standing.ts';
import { ClockContext, useClock } from './use-clock.ts';

export interface IndicatorNow {
  readonly state: IndicatorState;
  readonly health: IndicatorHealth;
  /** True where a write can go out now. */
  readonly isConnected: boolean;
  /** Present, or last known since when. Keeps its identity while it says the same. */
  readonly standing: Standing;
}

/** The library's health decides about silence by the server's own heartbeat; this bound only backs it up. */
const SILENT_AFTER_MS = POLICY.heartbeatMs * POLICY.deadAfterHeartbeats;

export function useIndicator(): IndicatorNow {
  const { status, label, lastByteAt, retryAt, reason, updates, error } = useConnectionHealth();
  const trouble = error?.code === 'host/unsupported' ? error.message : null;
  const health: IndicatorHealth = { status, label, lastByteAt, retryAt, reason, updates, trouble };
  const state = useHeldState(health);
  const isOld = useClock((nowMs) => isStale(state, lastByteAt, nowMs, SILENT_AFTER_MS));
  const standing = useStanding(isOld, lastByteAt);
  return { state, health, isConnected: isFresh(state), standing };
}

function useHeldState(health: IndicatorHealth): IndicatorState {
  const clock = useContext(ClockContext);
  const wanted = useClock((nowMs) => wantedState(health, nowMs, SILENT_AFTER_MS));
  const isHeld = isLabelHeld(health);
  const [indicator, setIndicator] = useState(() => startIndicator(wanted));
  useEffect(() => {
    const step = (nowMs: number) => setIndicator((before) => stepIndicator(before, wanted, nowMs, isHeld));
    step(clock.now());
    return clock.subscribe(step);
  }, [clock, wanted, isHeld]);
  return indicator.shown;
}

function useStanding(isOld: boolean, lastByteAt: number | null): Standing {
  const [standing, setStanding] = useState<Standing>(PRESENT);
  const next: Standing = isOld ? { kind: 'last-known', atMs: lastByteAt } : PRESENT;
  const isSame = standing.kind === next.kind && (standing.kind === 'present' || (next.kind === 'last-known' && standing.atMs === next.atMs));
  if (!isSame) setStanding(next);
  return isSame ? standing : next;
}
