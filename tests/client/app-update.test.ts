// @vitest-environment happy-dom
// When a page learns of a new version, and what it does about it. The container is a fake; the real one is driven in tests/browser.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAppUpdate } from '../../src/client/app-update.ts';

class FakeWorker extends EventTarget {
  scriptURL = new URL('/sw.js', location.href).href;
  state = 'installing';
  postMessage = vi.fn();
  become(state: string) {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  active: FakeWorker | null = null;
  update = vi.fn(async () => undefined);
  find(worker: FakeWorker) {
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
    this.installing = null;
    this.waiting = worker;
    worker.become('installed');
  }
}

class FakeContainer extends EventTarget {
  controller: FakeWorker | null = null;
  registration = new FakeRegistration();
  register = vi.fn(async () => this.registration);
  hand(worker: FakeWorker) {
    this.controller = worker;
    this.dispatchEvent(new Event('controllerchange'));
  }
}

let container: FakeContainer;
let life: AbortController;
const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  life = new AbortController();
  container = new FakeContainer();
  vi.stubGlobal('isSecureContext', true);
  Object.defineProperty(navigator, 'serviceWorker', { value: container, configurable: true });
});
afterEach(() => {
  life.abort();
  reload.mockReset();
  vi.useRealTimers();
});

async function start() {
  const update = createAppUpdate({ serviceWorker: '/sw.js', reload }, life.signal);
  await vi.advanceTimersByTimeAsync(10);
  return update;
}

test('a page without a service worker says why, and throws nothing', async () => {
  expect(createAppUpdate({ serviceWorker: null }, life.signal).getSnapshot()).toEqual({ state: 'none', reason: 'not-asked-for' });
  vi.stubGlobal('isSecureContext', false);
  expect((await start()).getSnapshot()).toEqual({ state: 'none', reason: 'insecure-context' });
  vi.stubGlobal('isSecureContext', true);
  container.register.mockRejectedValue(new TypeError('no script'));
  expect((await start()).getSnapshot()).toEqual({ state: 'none', reason: 'failed' });
});

test('the worker of a first visit that claims the page is no update', async () => {
  const update = await start();
  container.hand(new FakeWorker());
  expect(update.getSnapshot()).toEqual({ state: 'none', reason: null });
  expect(reload).not.toHaveBeenCalled();
});

test('a new version waits until apply, and the page reloads when it has taken over', async () => {
  container.controller = new FakeWorker();
  const update = await start();
  const heard = vi.fn();
  update.subscribe(heard);
  const next = new FakeWorker();
  container.registration.find(next);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([update.getSnapshot(), heard.mock.calls.length, next.postMessage.mock.calls.length]).toEqual([{ state: 'ready' }, 1, 0]);
  update.apply();
  update.apply();
  expect(next.postMessage.mock.calls).toEqual([[{ v: 1, k: 'skip-waiting' }]]);
  expect(reload).not.toHaveBeenCalled();
  container.hand(next);
  expect(reload).toHaveBeenCalledOnce();
});

test('a new worker that never takes over does not hold the page for longer than 3 s', async () => {
  container.controller = new FakeWorker();
  const update = await start();
  container.registration.find(new FakeWorker());
  await vi.advanceTimersByTimeAsync(1_000);
  update.apply();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(reload).toHaveBeenCalledOnce();
});

test('when another page brought the new version in, this one is told and not reloaded', async () => {
  container.controller = new FakeWorker();
  const update = await start();
  container.hand(new FakeWorker());
  expect([update.getSnapshot(), reload.mock.calls.length]).toEqual([{ state: 'ready' }, 0]);
});

test('it looks for a new version every hour and when the page becomes visible, until its life ends', async () => {
  await start();
  const { update } = container.registration;
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  expect(update).toHaveBeenCalledTimes(2);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(update).toHaveBeenCalledTimes(3);
  life.abort();
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(update).toHaveBeenCalledTimes(3);
});
