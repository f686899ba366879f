// @vitest-environment happy-dom
// One line of the example dashboard under a hand: what counts as a touch, and when.
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LineRow } from '../../src/components/realtime-dashboard/line-row.tsx';

afterEach(cleanup);

const KEY = { detail: 0 };
const FIRST = { detail: 1 };
const SECOND = { detail: 2 };

test('[APP16] a line that has just changed takes keys and no pointer; a double tap is one touch', () => {
  const run = vi.fn(async () => {});
  const line = (isSettling: boolean) => (
    <LineRow name="CAB 1" status="READY" word="Ready" isPending={false} isSettling={isSettling} act={{ label: 'Hand over', run }}>
      CAB 1
    </LineRow>
  );
  const { rerender } = render(line(true));
  const button = screen.getByRole('button', { name: 'Hand over CAB 1' });
  fireEvent.click(button, FIRST);
  expect([run.mock.calls.length, button.getAttribute('aria-disabled')]).toEqual([0, 'true']);
  fireEvent.click(button, KEY);
  expect(run).toHaveBeenCalledTimes(1);
  rerender(line(false));
  for (const touch of [FIRST, SECOND]) fireEvent.click(button, touch);
  expect([run.mock.calls.length, button.getAttribute('aria-disabled')]).toEqual([2, null]);
});
