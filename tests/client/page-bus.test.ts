// A page that is put aside: nothing reaches it, nothing leaves it, and afterwards it is the same page.
import { expect, test } from 'vitest';
import { createPageBus } from '../../src/client/link/page-bus.ts';
import { createPageLease } from '../../src/client/link/page-lease.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function channels() {
  const open = new Set<{ hear: (message: unknown) => void }>();
  const said: unknown[] = [];
  return {
    open,
    said,
    make(signal: AbortSignal) {
      const listeners = new Set<(message: unknown) => void>();
      const channel = { hear: (message: unknown) => listeners.forEach((listener) => listener(message)) };
      open.add(channel);
      signal.addEventListener('abort', () => open.delete(channel));
      return {
        post: (message: unknown) => void (open.has(channel) && said.push(message)),
        listen(listener: (message: unknown) => void, until: AbortSignal) {
          listeners.add(listener);
          until.addEventListener('abort', () => listeners.delete(listener));
        },
      };
    },
    tell: (message: unknown) => open.forEach(({ hear }) => hear(message)),
  };
}

test('[BFC1] while it is put aside a page has no channel; afterwards its listeners hear again, each once', () => {
  const { open, said, make, tell } = channels();
  const life = new AbortController();
  const bus = createPageBus(make, life.signal);
  const heard: unknown[] = [];
  const one = new AbortController();
  bus.listen((message) => heard.push(message), life.signal);
  bus.listen((message) => heard.push(`one ${String(message)}`), one.signal);
  tell('a');
  bus.suspend();
  bus.suspend();
  expect(open.size).toBe(0);
  bus.post('lost');
  one.abort();
  bus.resume();
  bus.resume();
  expect(open.size).toBe(1);
  tell('b');
  bus.post('kept');
  expect(heard).toEqual(['a', 'one a', 'b']);
  expect(said).toEqual(['kept']);
  life.abort();
  bus.suspend();
  bus.resume();
  expect(open.size).toBe(0);
});

test('[BFC1] it ends its lease and gives its tab lock back within the call, and what the page wants comes back with it', async () => {
  const clock = createVirtualClock();
  const said: { wants: unknown }[] = [];
  let held = 0;
  const locks = {
    async request<T>(_name: string, _wish: unknown, task: (held: boolean) => Promise<T>): Promise<T> {
      held += 1;
      try {
        return await task(true);
      } finally {
        held -= 1;
      }
    },
  };
  const bus = { post: (message: unknown) => void said.push(message as { wants: unknown }), listen: () => {} };
  const wishes = () => ({ autoReconnect: true, maxReconnectAttempts: 5, reconnectDelay: 1, heartbeatInterval: 1, pollInterval: null });
  const visibility = { isVisible: () => true, onChange: () => {} };
  const deps = { bus, clock, locks, names: scopeNames({ id: 's' }), page: 'p', visibility, isWanted: () => true, wishes, position: () => null };
  const lease = createPageLease(deps, new AbortController().signal);
  await lease.begin();
  expect([held, said.at(-1)?.wants]).toEqual([1, wishes()]);
  lease.suspend();
  await turn();
  expect([held, said.at(-1)?.wants]).toEqual([0, null]);
  const count = said.length;
  clock.advance(60_000);
  expect(said).toHaveLength(count);
  await lease.resume();
  expect([held, said.at(-1)?.wants]).toEqual([1, wishes()]);
});
