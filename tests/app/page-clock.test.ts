import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPageClock } from '../../src/app/page-clock.ts';

function fakePage() {
  const events = new EventTarget();
  const page = { visibilityState: 'visible' as DocumentVisibilityState, addEventListener: events.addEventListener.bind(events) };
  const turn = (state: DocumentVisibilityState) => {
    page.visibilityState = state;
    events.dispatchEvent(new Event('visibilitychange'));
  };
  return { page: page as unknown as Document, turn };
}

const deps = (visibility: Document) => ({
  now: () => Date.now(),
  setTimeout: (run: () => void, ms: number) => Number(setTimeout(run, ms)),
  clearTimeout: (timer: number) => clearTimeout(timer),
  visibility,
});

describe('the clock of the page', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 10_400 }));
  afterEach(() => void vi.useRealTimers());

  test('ticks once on each full second for all its listeners', () => {
    const { page } = fakePage();
    const clock = createPageClock(deps(page), new AbortController().signal);
    const heard: number[][] = [[], []];
    heard.forEach((times) => clock.subscribe((nowMs) => times.push(nowMs)));
    vi.advanceTimersByTime(2_000);
    expect(heard).toEqual([
      [11_000, 12_000],
      [11_000, 12_000],
    ]);
    expect(vi.getTimerCount()).toBe(1);
  });
  test('stands still while the page is hidden and ticks at once when it is seen again', () => {
    const { page, turn } = fakePage();
    const clock = createPageClock(deps(page), new AbortController().signal);
    const times: number[] = [];
    clock.subscribe((nowMs) => times.push(nowMs));
    turn('hidden');
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_300);
    turn('visible');
    expect(times).toEqual([70_700]);
    vi.advanceTimersByTime(300);
    expect(times).toEqual([70_700, 71_000]);
  });
  test('has no timer without listeners, and none after its end', () => {
    const { page, turn } = fakePage();
    const life = new AbortController();
    const clock = createPageClock(deps(page), life.signal);
    const stop = clock.subscribe(() => {});
    stop();
    expect(vi.getTimerCount()).toBe(0);
    clock.subscribe(() => {});
    life.abort();
    turn('visible');
    expect(vi.getTimerCount()).toBe(0);
  });
});
