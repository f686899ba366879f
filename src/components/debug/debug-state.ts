// Which state of the connection machine the panel marks, and what it says about it. Pure.
import type { ConnectionReport } from '../../protocol/frame.ts';
import type { Health } from '../../client/health/health.ts';

export type DebugState = 'connecting' | 'live' | 'reconnecting' | 'polling' | 'half-open' | 'sign-in' | 'error' | 'stopped';

export const STATE_NAMES: Readonly<Record<DebugState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  polling: 'Polling',
  'half-open': 'Half-open',
  'sign-in': 'Sign in',
  error: 'Error',
  stopped: 'Stopped',
};

/** `report` = the engine's last word; null before the first beat. A stream without fresh bytes is not live. */
export function debugState({ connectionState, isConnected }: Pick<Health, 'connectionState' | 'isConnected'>, report: ConnectionReport | null): DebugState {
  switch (connectionState) {
    case 'connected':
      return isConnected ? 'live' : 'reconnecting';
    case 'connecting':
      return 'connecting';
    case 'reconnecting':
      return 'reconnecting';
    case 'polling_fallback':
      return report?.breaker === 'half-open' ? 'half-open' : 'polling';
    case 'error':
      return 'error';
    case 'needs_auth':
      return 'sign-in';
    case 'disconnected':
      return 'stopped';
  }
}

/** How long nothing may come before a stream counts as dead, ms. */
export function deadAfterMs(
  report: ConnectionReport | null,
  { heartbeatMs, deadAfterHeartbeats }: { heartbeatMs: number; deadAfterHeartbeats: number },
): number {
  return (report && report.heartbeatMs > 0 ? report.heartbeatMs : heartbeatMs) * deadAfterHeartbeats;
}
