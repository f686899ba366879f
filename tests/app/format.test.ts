import { expect, test } from 'vitest';
import { ageSteps, duration, hoursClock, initials, money, timeOfDay, wholeMinutes } from '../../src/app/format.ts';
import { NOW } from './fixtures.ts';

test('a time of day has 24 hours and two digits; what is no time is a dash', () => {
  expect(timeOfDay(NOW)).toBe('13:58');
  expect(timeOfDay(new Date(2026, 0, 1, 0, 5).getTime())).toBe('00:05');
  expect(timeOfDay(Number.NaN)).toBe('–');
});
test('a duration is minutes and seconds under an hour, hours and minutes from one', () => {
  expect([0, 872_000, 3_599_999, 3_600_000, 4_020_000].map(duration)).toEqual(['00:00', '14:32', '59:59', '1 h 00', '1 h 07']);
});
test('whole minutes turn to hours where they would pass 59', () => expect([6, 59, 60, 67].map(wholeMinutes)).toEqual(['6 min', '59 min', '1 h 00', '1 h 07']));
test('hours out of use read as a clock', () => expect(hoursClock(158 * 60_000)).toBe('2:38'));
test('money carries its currency in front and no minor unit', () => {
  expect(money(3_850, 'LKR')).toBe('Rs 3,850');
  expect(money(12, 'EUR')).toBe('EUR 12');
});
test('initials are of the first and the last name, or two letters of one', () => {
  expect(['Nimal Perera', 'A. B. de Silva', 'kasun', ' '].map(initials)).toEqual(['NP', 'AS', 'KA', '']);
});
test('an age moves in steps of five seconds and is never negative', () => expect([-5, 0, 4_999, 5_000, 12_000].map(ageSteps)).toEqual([0, 0, 0, 5, 10]));
