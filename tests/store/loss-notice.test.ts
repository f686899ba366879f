// Who hears that a store was lost, and who doesn't.
import { expect, test, vi } from 'vitest';
import { createLossNotice } from '../../src/store/loss-notice.ts';

const forever = new AbortController().signal;

test('[OPEN4] a store is lost once, for the reason that came first', () => {
  const loss = createLossNotice(forever);
  const listener = vi.fn();
  loss.onLost(listener, forever);
  loss.tell('newer-version');
  loss.tell('closed');
  expect(listener.mock.calls).toEqual([['newer-version']]);
  expect(loss.reason).toBe('newer-version');
});

test('[OPEN5] after its owner closed it, a store is not lost any more', () => {
  const life = new AbortController();
  const loss = createLossNotice(life.signal);
  const listener = vi.fn();
  loss.onLost(listener, forever);
  life.abort();
  loss.tell('closed');
  expect(listener).not.toHaveBeenCalled();
  expect(loss.reason).toBeNull();
});
