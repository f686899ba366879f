import { describe, expect, test } from 'vitest';
import { carsPlot, flowPlot, moneyPlot } from '../../src/app/dashboard/plots-of-day.ts';
import { createFrameGate } from '../../src/app/plots/frame-gate.ts';
import { compact, niceTop, plotKey } from '../../src/app/plots/plot-model.ts';
import type { HourFigures } from '../../src/domain/figures-hours.ts';

const hour = (at: number, change: Partial<HourFigures> = {}): HourFigures => ({
  hour: at,
  came: 0,
  finished: 0,
  handedOver: 0,
  waitMinutes: null,
  taken: 0,
  ...change,
});
const HOURS = [
  hour(8),
  hour(9, { finished: 3, waitMinutes: 7.26, taken: 6_100, came: 4 }),
  hour(10, { finished: 5, waitMinutes: 11, taken: 15_900, handedOver: 2 }),
  hour(11),
];

describe('a gate in front of a plot', () => {
  function gate() {
    const frames: (() => void)[] = [];
    const drawn: string[] = [];
    const life = new AbortController();
    const made = createFrameGate<string>({ key: (value) => value, draw: (value) => drawn.push(value), frame: (run) => frames.push(run) }, life.signal);
    return { ...made, drawn, life, frames, next: () => frames.splice(0).forEach((run) => run()) };
  }
  test('[FIG3] a burst is one picture, of the last values', () => {
    const { set, next, drawn, frames } = gate();
    for (const value of ['a', 'b', 'c']) set(value);
    expect(frames).toHaveLength(1);
    next();
    expect(drawn).toEqual(['c']);
  });
  test('[FIG3] the same values ask for no frame, and a change that went back draws nothing', () => {
    const { set, next, drawn, frames } = gate();
    set('a');
    next();
    set('a');
    expect(frames).toHaveLength(0);
    set('b');
    set('a');
    next();
    expect(drawn).toEqual(['a']);
  });
  test('other colours draw the same values again; after the end nothing is drawn', () => {
    const { set, again, next, drawn, life } = gate();
    set('a');
    next();
    again();
    next();
    set('b');
    life.abort();
    next();
    expect(drawn).toEqual(['a', 'a']);
  });
});

describe('the plots of a day', () => {
  test('bars, marks and the present hour', () => {
    const { model, sentence } = carsPlot(HOURS, 10);
    expect(model).toMatchObject({
      hours: [8, 9, 10, 11],
      present: 2,
      bars: { values: [0, 3, 5, 0] },
      marks: { values: [null, 7.3, 11, null] },
      isOneScale: false,
    });
    expect(sentence).toBe('Cars per hour and waiting time. Finished: 8 in all, most between 10:00 and 11:00, 5. Wait: 11 min at last, 10:00.');
  });
  test('cars in and out are counted on one scale, and hours to come have no value', () => {
    expect(flowPlot(HOURS, 10).model).toMatchObject({ isOneScale: true, marks: { values: [0, 0, 2, null] } });
  });
  test('revenue adds up from the first taking', () => {
    const { model, write } = moneyPlot(HOURS, 11, 'LKR');
    expect(model.marks?.values).toEqual([null, 6_100, 22_000, 22_000]);
    expect(write(22_000, model.bars)).toBe('Rs 22,000');
  });
  test('nothing yet is said as that', () =>
    expect(carsPlot([hour(8)], 8).sentence).toBe('Cars per hour and waiting time. Finished: none yet. Wait: none yet.'));
  test('[FIG3] a key changes with the picture and with nothing else', () => {
    const key = plotKey(carsPlot(HOURS, 10).model);
    expect(plotKey(carsPlot([...HOURS], 10).model)).toBe(key);
    expect(plotKey(carsPlot(HOURS, 11).model)).not.toBe(key);
    expect(plotKey(carsPlot(HOURS.with(3, hour(11, { finished: 1 })), 10).model)).not.toBe(key);
  });
});

test.each([0, 1, 4, 5, 8, 9, 12, 13, 21, 99, 4_801, 52_000, 118_450])('an axis over %d has four whole steps that hold it and isn’t far too high', (value) => {
  const top = niceTop(value);
  expect(top).toBeGreaterThanOrEqual(value);
  expect(top).toBeLessThanOrEqual(Math.max(4, value * 2));
  expect(Number.isInteger(top / 4)).toBe(true);
});
test('numbers on bars are short', () => expect([7, 999, 6_100, 52_000, 118_450].map(compact)).toEqual(['7', '999', '6.1k', '52k', '118k']));
