// Draws parts for tests: on a clock that stands where it is put and ticks when it is told to.
import { act, cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import type { PageClock } from '../../src/app/page-clock.ts';
import type { BoardActions } from '../../src/app/parts/action-button.tsx';
import { ClockContext } from '../../src/app/use-clock.ts';
import type { BoardAction } from '../../src/domain/board-action.ts';
import { NOW } from './fixtures.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(cleanup);

export function testClock(startMs = NOW): PageClock & { tick(ms: number): void } {
  const listeners = new Set<(nowMs: number) => void>();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tick(ms) {
      nowMs += ms;
      act(() => listeners.forEach((listener) => listener(nowMs)));
    },
  };
}

export function draw(part: ReactNode, clock: PageClock = testClock()) {
  return render(part, { wrapper: ({ children }) => <ClockContext value={clock}>{children}</ClockContext> });
}

/** `isKept`: what the device makes of each. */
export function recordingActions(change: Partial<BoardActions> = {}, isKept = true): BoardActions & { readonly ran: BoardAction[] } {
  const ran: BoardAction[] = [];
  return {
    unsent: new Map(),
    isConnected: true,
    run(action) {
      ran.push(action);
      return Promise.resolve(isKept);
    },
    decide: () => {},
    ...change,
    ran,
  };
}
