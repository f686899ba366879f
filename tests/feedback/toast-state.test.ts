import { describe, expect, test } from 'vitest';
import { addToast, dismissToast, lifeMs, MAX_TOASTS, NO_TOASTS, type NewToast, type Toasts } from '../../src/feedback/toast-state.ts';
import { ageToasts, nextMs, type ToastTimes } from '../../src/feedback/toast-times.ts';

const action = { label: 'Undo', onClick: () => {} };
const add = (before: Toasts, ...toasts: readonly NewToast[]) => toasts.reduce((state, toast) => addToast(state, toast)[0], before);
const titles = ({ list }: Toasts) => list.map(({ title }) => title);
const life = (change: Partial<Omit<NewToast, 'id'>>) => lifeMs({ id: 'x', type: 'info', title: 'x', ...change });

describe('the list of toasts', () => {
  test('[TST2] the same words are one toast with a new life', () => {
    const twice = add(NO_TOASTS, { type: 'info', title: 'a' }, { type: 'info', title: 'b' }, { type: 'info', title: 'a' });
    expect(titles(twice)).toEqual(['b', 'a']);
    expect(titles(add(twice, { type: 'error', title: 'a' }))).toEqual(['b', 'a', 'a']);
  });
  test('[TST2] at most 20; what is pushed out is counted', () => {
    const many = Array.from({ length: MAX_TOASTS + 5 }, (_, n): NewToast => ({ type: 'error', title: `e${n}` }));
    const state = add(NO_TOASTS, ...many);
    expect([state.list.length, state.dropped, titles(state)[0]]).toEqual([MAX_TOASTS, 5, 'e5']);
  });
  test('an id of its own replaces in place; one that is gone changes nothing', () => {
    const state = add(NO_TOASTS, { id: 'up', type: 'info', title: 'Sending', progress: 0.1 }, { type: 'info', title: 'b' });
    const moved = add(state, { id: 'up', type: 'info', title: 'Sending', progress: 0.6 });
    expect(moved.list.map(({ progress }) => progress)).toEqual([0.6, undefined]);
    expect(dismissToast(moved, 'nobody')).toBe(moved);
    expect(titles(dismissToast(moved, 'up'))).toEqual(['b']);
  });
});

describe('the life of a toast', () => {
  test('[TST3] is what it says; else 6 s, with an action 8 s, and an error stays', () => {
    expect([life({ duration: 3_000 }), life({ type: 'error', duration: 5_000 })]).toEqual([3_000, 5_000]);
    expect([life({}), life({ action }), life({ type: 'error' })]).toEqual([6_000, 8_000, null]);
    expect([life({ duration: 0 }), life({ duration: Infinity }), life({ duration: Number.NaN })]).toEqual([null, null, 6_000]);
  });
  test('[TST3] work under way stays until it is done; an error that nobody can close does not stay', () => {
    expect([life({ progress: 0.4 }), life({ progress: 1 }), life({ type: 'error', dismissible: false })]).toEqual([null, 6_000, 6_000]);
  });
  test('runs from when it was first drawn, and anew when it was added again', () => {
    const [toast] = add(NO_TOASTS, { id: 'a', type: 'info', title: 'a', duration: 3_000 }).list;
    const again = { ...toast! };
    let times: ToastTimes = new Map();
    const age = (toasts: (typeof again)[], ms: number) => {
      const [rows, over] = ageToasts(times, toasts, ms);
      times = rows;
      return over;
    };
    age([toast!], 9_000);
    expect(nextMs(times)).toBe(3_000);
    expect(age([toast!], 2_999)).toEqual([]);
    age([again], 5_000);
    expect(nextMs(times)).toBe(3_000);
    expect(age([again], 3_000)).toEqual(['a']);
    // Whoever doesn't take it away is told once, and no timer runs for it.
    expect([age([again], 3_000), nextMs(times)]).toEqual([[], null]);
    age([], 1);
    expect(nextMs(times)).toBeNull();
  });
  test('a countdown is looked at each second', () => {
    const undo = { ...action, countdown: String };
    const [times] = ageToasts(new Map(), add(NO_TOASTS, { type: 'info', title: 'a', action: undo }).list, 0);
    expect(nextMs(times)).toBe(1_000);
  });
});
