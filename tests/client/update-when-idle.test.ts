// @vitest-environment happy-dom
// A page that is left alone is brought up to date; one that is used, or holds something half done, is not.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AppUpdate, AppUpdateState } from '../../src/client/app-update.ts';
import { isPageInUse, UNKEPT_MARK, updateWhenIdle } from '../../src/client/update-when-idle.ts';

let state: AppUpdateState;
let tell: () => void;
let life: AbortController;
const apply = vi.fn();
const update: AppUpdate = {
  getSnapshot: () => state,
  subscribe(listener) {
    tell = listener;
    return () => void (tell = () => {});
  },
  apply,
};

beforeEach(() => {
  vi.useFakeTimers();
  state = { state: 'none', reason: null };
  life = new AbortController();
});
afterEach(() => {
  life.abort();
  apply.mockReset();
  document.body.innerHTML = '';
  vi.useRealTimers();
});

function start(isBusy: () => boolean = () => false): void {
  updateWhenIdle(update, { idleMs: 60_000, isBusy }, life.signal);
}

function becomeReady(): void {
  state = { state: 'ready' };
  tell();
}

test('a version that is ready is applied when the page was left alone for the whole time, and not before', async () => {
  start();
  await vi.advanceTimersByTimeAsync(30_000);
  becomeReady();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(apply).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(apply).toHaveBeenCalledOnce();
});

test('each touch and each key starts the time again', async () => {
  start();
  becomeReady();
  for (let minute = 0; minute < 4; minute += 1) {
    await vi.advanceTimersByTimeAsync(45_000);
    document.dispatchEvent(new Event(minute % 2 === 0 ? 'pointerdown' : 'keydown'));
  }
  expect(apply).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(66_000);
  expect(apply).toHaveBeenCalledOnce();
});

test('while the page is busy it waits, and applies as soon as it is not', async () => {
  let isBusy = true;
  start(() => isBusy);
  becomeReady();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(apply).not.toHaveBeenCalled();
  isBusy = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(apply).toHaveBeenCalledOnce();
});

test('nothing is applied without a version, nor after the end', async () => {
  start();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(apply).not.toHaveBeenCalled();
  life.abort();
  becomeReady();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(apply).not.toHaveBeenCalled();
});

test('text in a field and an open dialog are work in progress; a search or a choice is not', () => {
  const isInUse = (html: string): boolean => {
    document.body.innerHTML = html;
    return isPageInUse(document);
  };
  expect(isInUse('<textarea></textarea><input><dialog></dialog>')).toBe(false);
  expect(isInUse('<input type="search" value="CAR"><input type="radio" value="cash" checked><input type="checkbox" value="a">')).toBe(false);
  expect(isInUse('<textarea>A scratch on the left</textarea>')).toBe(true);
  expect(isInUse('<input value="3,850">')).toBe(true);
  expect(isInUse('<dialog open></dialog>')).toBe(true);
});

test('[OBP10] a page whose memory alone has writes is not reloaded for an update', () => {
  document.body.innerHTML = '';
  expect(isPageInUse(document)).toBe(false);
  document.documentElement.toggleAttribute(UNKEPT_MARK, true);
  expect(isPageInUse(document)).toBe(true);
  document.documentElement.toggleAttribute(UNKEPT_MARK, false);
});
