// A connection with its clock and the one timer that the engine keeps for it.
import { startConnection, stepConnection, type ConnectionCommand, type ConnectionInput, type ConnectionWishes } from '../../src/core/connection.ts';
import type { FailureCause } from '../../src/core/connection-input.ts';
import type { ConnectionStart } from '../../src/core/connection-model.ts';
import { POLICY } from '../../src/core/policy.ts';

export const fail = (attempt: number, extra: { retryAfterMs?: number; cause?: FailureCause } = {}): ConnectionInput => ({
  type: 'failed',
  attempt,
  cause: extra.cause ?? 'reset',
  retryAfterMs: extra.retryAfterMs ?? null,
  random: 0.5,
});
export const WISHES: ConnectionWishes = {
  autoReconnect: true,
  maxAttempts: POLICY.maxAttempts,
  firstDelayMs: POLICY.firstDelayMs,
  heartbeatMs: POLICY.heartbeatMs,
  pollMs: null,
  isWatched: true,
};
export const greet = (attempt: number): ConnectionInput => ({ type: 'greeted', attempt, heartbeatMs: 15_000, spreadMs: 500 });

export function makeShell(hasCursor = true, start: Partial<ConnectionStart> = {}) {
  let state = startConnection({ hasCursor, ...start }, POLICY);
  let now = 0;
  let wakeAt = Infinity;
  const commands: ConnectionCommand[] = [];

  function input(next: ConnectionInput): ConnectionCommand[] {
    const [after, more] = stepConnection(state, next, now, POLICY);
    state = after;
    for (const command of more) if (command.do === 'wake-at') wakeAt = wakeAt > now ? Math.min(wakeAt, command.at) : command.at;
    commands.push(...more);
    return [...more];
  }

  function advance(ms: number): void {
    const until = now + ms;
    for (let ticks = 0; wakeAt <= until; ticks++) {
      if (ticks > 1_000) throw new Error(`a hot loop of ticks in ${state.at}`);
      now = Math.max(now, wakeAt);
      wakeAt = Infinity;
      input({ type: 'tick' });
    }
    now = until;
  }

  return {
    input,
    advance,
    state: () => state,
    now: () => now,
    wakeAt: () => wakeAt,
    attempt: () => state.memory.attempt,
    opens: () => commands.filter((command) => command.do === 'open').length,
    polls: () => commands.filter((command) => command.do === 'poll').length,
    /** Of the poll under way. */
    poll: () => (state.at === 'polling_fallback' ? state.poll.attempt : null) ?? -1,
    /** Spends the failure budget: every stream is refused. */
    breakDown(cause: FailureCause = 'reset') {
      input({ type: 'hold' });
      while (state.at !== 'polling_fallback') {
        if (state.at === 'connecting') input(fail(state.memory.attempt, { cause }));
        else advance(100);
      }
    },
  };
}
