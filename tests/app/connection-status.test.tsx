// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { createTopic } from '../../src/client/topic.ts';
import { ConnectionStatus } from '../../src/components/ui/ConnectionStatus.tsx';
import { NOBODY } from '../../src/react/nobody.ts';

const held = vi.hoisted(() => ({ manager: null as unknown, page: null as unknown }));
vi.mock('../../src/react/provider.tsx', () => ({ useManager: () => held.manager, usePageSync: () => held.page }));
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(cleanup);

/** A page's connection that stands as it is told to. */
function connection() {
  const health = createTopic(NOBODY.health.getSnapshot(), { notify: (tell) => tell() });
  const reconnect = vi.fn();
  const manager = { ...NOBODY, health, reconnect, hold: () => () => {}, connect: () => {} };
  held.manager = manager;
  held.page = { manager: createTopic(manager, { notify: (tell) => tell() }) };
  return { reconnect, stands: (status: ReturnType<typeof health.getSnapshot>['status']) => act(() => health.set({ ...health.getSnapshot(), status })) };
}

test.each([
  ['healthy', 'Healthy'],
  ['polling', 'Polling'],
  ['connecting', 'Connecting'],
  ['error', 'Error'],
  ['disconnected', 'Disconnected'],
] as const)('the connection in one word: %s is "%s", never a live region', (status, word) => {
  const { stands } = connection();
  const { container } = render(<ConnectionStatus className="mine" />);
  stands(status);
  const root = container.querySelector('.connection-status.mine');
  expect(root?.getAttribute('data-status')).toBe(status);
  expect(container.querySelector('.connection-status-label')?.textContent).toBe(word);
  expect(container.querySelector('[aria-live], [role=status], [role=alert]')).toBeNull();
});
test('a failed connection can be asked for again, one that is on its way can not', () => {
  const { reconnect, stands } = connection();
  render(<ConnectionStatus />);
  stands('connecting');
  expect(screen.queryByRole('button')).toBeNull();
  stands('error');
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(reconnect).toHaveBeenCalledOnce();
});
