import { describe, expect, test } from 'vitest';
import { elapsedMs, minutesOver, minutesSince, progress, runOf, shownStage, startOfDay, type Run } from '../../src/domain/selectors.ts';
import { job, NOW, order } from '../app/fixtures.ts';

const MINUTE = 60_000;
const run = (minutesAgo: number, targetMinutes: number, finishedAgo: number | null = null): Run => ({
  startedAtMs: NOW - minutesAgo * MINUTE,
  finishedAtMs: finishedAgo === null ? null : NOW - finishedAgo * MINUTE,
  targetMs: targetMinutes * MINUTE,
});

describe('how long a job has run', () => {
  test('counts up to now while it runs and stands still once it is finished', () => {
    expect(elapsedMs(run(10, 20), NOW)).toBe(10 * MINUTE);
    expect(elapsedMs(run(30, 20, 5), NOW)).toBe(25 * MINUTE);
    expect(elapsedMs(run(30, 20, 5), NOW + MINUTE)).toBe(25 * MINUTE);
  });
  test('is never negative, even where this clock is behind the server', () => expect(elapsedMs(run(-2, 20), NOW)).toBe(0));
  test('is late from the first whole minute over the target, not before', () => {
    expect(minutesOver(run(40, 40), NOW)).toBe(0);
    expect(minutesOver(run(40, 40), NOW + MINUTE - 1)).toBe(0);
    expect(minutesOver(run(40, 40), NOW + MINUTE)).toBe(1);
    expect(minutesOver(run(46, 40), NOW + 18_000)).toBe(6);
  });
  test('fills its bar once and no further, also with a target of nothing', () => {
    expect(progress(run(5, 20), NOW)).toBe(0.25);
    expect(progress(run(50, 20), NOW)).toBe(1);
    expect(progress(run(0, 0), NOW)).toBe(1);
  });
  test('is read from the job as it stands', () => {
    expect(runOf(job('j1', 'o1', 'b1', { targetMinutes: 25 }))).toEqual({ startedAtMs: NOW - 14 * MINUTE - 32_000, finishedAtMs: null, targetMs: 25 * MINUTE });
  });
});

describe('what a stage is called', () => {
  test('work in progress is washing or drying by the step of its job, and washing where the job is unknown', () => {
    const working = order('o1', 'CBF 4821', 'in_progress');
    expect(shownStage(working, job('j1', 'o1', 'b1'))).toEqual({ name: 'washing' });
    expect(shownStage(working, job('j1', 'o1', 'b1', { step: 'drying' }))).toEqual({ name: 'drying' });
    expect(shownStage(working, null)).toEqual({ name: 'washing' });
  });
  test.each([
    ['empty', 'draft'],
    ['initiated', 'waiting'],
    ['ready', 'ready'],
    ['paid', 'paid'],
    ['completed', 'done'],
    ['cancelled', 'cancelled'],
  ] as const)('%s is shown as %s', (stage, name) => expect(shownStage(order('o1', 'X 1', stage), null)).toEqual({ name }));
  test('a stage of a newer server keeps its own name', () => {
    const strange = { ...order('o1', 'X 1', 'ready'), stage: 'polishing' as 'ready' };
    expect(shownStage(strange, null)).toEqual({ name: 'unknown', raw: 'polishing' });
  });
});

test('minutes are whole and never negative; a day starts at midnight of this device', () => {
  expect(minutesSince(NOW - 119_999, NOW)).toBe(1);
  expect(minutesSince(NOW + 5_000, NOW)).toBe(0);
  expect(new Date(startOfDay(NOW)).toTimeString().slice(0, 8)).toBe('00:00:00');
  expect(NOW - startOfDay(NOW)).toBeLessThan(24 * 3_600_000);
});
