import { describe, expect, test } from 'vitest';
import { MAX_TOASTS, NO_TOASTS, stepToasts, type NewToast, type Toasts } from '../../src/app/toast-state.ts';

const undo = { label: (seconds: number) => `Undo ${seconds}`, name: 'Undo', run: () => {} };
const show = (before: Toasts, toast: NewToast) => stepToasts(before, { type: 'show', toast });
const texts = ({ list }: Toasts) => list.map(({ text }) => text);

describe('toasts', () => {
  test('go after 6 s, with an action after 8 s, errors never', () => {
    let toasts = show(show(show(NO_TOASTS, { tone: 'info', text: 'a' }), { tone: 'info', text: 'b', action: undo }), { tone: 'error', text: 'c' });
    toasts = stepToasts(toasts, { type: 'tick', elapsedMs: 5_999 });
    expect(texts(toasts)).toEqual(['a', 'b', 'c']);
    toasts = stepToasts(toasts, { type: 'tick', elapsedMs: 1 });
    expect(texts(toasts)).toEqual(['b', 'c']);
    expect(texts(stepToasts(toasts, { type: 'tick', elapsedMs: 100_000 }))).toEqual(['c']);
  });
  test('an error is closed by hand', () => {
    const shown = show(NO_TOASTS, { tone: 'error', text: 'c' });
    expect(stepToasts(shown, { type: 'close', id: shown.list[0]?.id ?? 0 }).list).toEqual([]);
  });
  test('the same sentence again is one toast with a new life', () => {
    const once = stepToasts(show(NO_TOASTS, { tone: 'info', text: 'a' }), { type: 'tick', elapsedMs: 5_000 });
    expect(show(once, { tone: 'info', text: 'a' }).list).toMatchObject([{ text: 'a', leftMs: 6_000 }]);
  });
  test('are bounded; what is pushed out is counted', () => {
    const many = Array.from({ length: MAX_TOASTS + 5 }, (_, index) => index).reduce(
      (toasts, index) => show(toasts, { tone: 'error', text: `e${index}` }),
      NO_TOASTS,
    );
    expect(many.list).toHaveLength(MAX_TOASTS);
    expect(many.dropped).toBe(5);
    expect(texts(many)[0]).toBe('e5');
  });
  test('a tick over errors alone changes nothing', () => {
    const errors = show(NO_TOASTS, { tone: 'error', text: 'c' });
    expect(stepToasts(errors, { type: 'tick', elapsedMs: 1_000 })).toBe(errors);
  });
});
