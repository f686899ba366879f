// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { dashboardView, titleOf } from '../../src/app/dashboard-screen.tsx';
import { Dashboard } from '../../src/app/dashboard/dashboard.tsx';
import { csvName, dayCsv } from '../../src/app/dashboard/day-csv.ts';
import { onTimePercent } from '../../src/app/dashboard/figure-strip.tsx';
import { LookSection } from '../../src/app/settings/device-sections.tsx';
import type { Role } from '../../src/protocol/http.ts';
import { draw } from './draw.tsx';
import { branch, emptyBranch, NOW } from './fixtures.ts';

/** No canvas here: what is drawn is looked at in a real browser. */
vi.mock('../../src/app/plots/plot-canvas.ts', () => ({ mountPlot: () => ({ show: () => {} }) }));
beforeEach(() => void vi.useRealTimers());

const show = (role: Role, isStale = false, documents = branch()) => draw(<Dashboard view={dashboardView(documents, role, NOW)} isStale={isStale} />);
const figure = (name: string) => screen.getByText(name).parentElement?.textContent;

describe('the dashboard', () => {
  test('shows the figures of the day with what to make of them', () => {
    show('manager');
    expect(figure('Cars finished')).toBe('Cars finished1 by 13:5844 came, 29 left');
    expect(figure('Waiting now')).toBe('Waiting now7 carslongest 11 min');
    expect(figure('In the bays')).toBe('In the bays3 of 6 bays1 blocked');
    expect(figure('Revenue')).toBe('RevenueRs 9,300 Rs 9,250 not paid yet');
  });
  test.each<[Role, plots: number, hasMoney: boolean]>([
    ['manager', 2, true],
    ['worker', 2, false],
    ['kiosk', 2, false],
    ['display', 0, false],
  ])('[FIG2] money is shown to managers alone, as a figure and in a plot: %s', (role, number, hasMoney) => {
    const { container } = show(role);
    const plots = [...container.querySelectorAll('.plot')].map((plot) => plot.getAttribute('aria-label'));
    expect(plots).toHaveLength(number);
    expect([container.textContent ?? '', plots.join()].map((text) => /Rs|Revenue/.test(text))).toEqual([hasMoney, hasMoney]);
  });
  test('a display, which sees the queue alone, is shown who waits and nothing that it can not know', () => {
    const { container } = show('display');
    expect(container.querySelectorAll('.figure')).toHaveLength(1);
    expect(container.querySelector('.panel')).toBeNull();
  });
  test('offline keeps the figures, compares nothing, and what would run on is only about right', () => {
    show('manager', true);
    expect(figure('Cars finished')).toBe('Cars finished1 44 came, 29 left');
    expect(figure('Waiting now')).toBe('Waiting now7 carslongest ~11 min');
    expect(figure('Average in bay')).toBe('Average in bay29 min');
    expect(figure('Revenue')).toBe('RevenueRs 9,300 ');
  });
  test('each plot says itself in a sentence and turns into a real table', () => {
    show('manager');
    const panel = screen.getByRole('region', { name: 'Cars per hour and waiting time' });
    expect(within(panel).getByRole('img').getAttribute('aria-label')).toContain('Finished: 1 in all, most between 13:00 and 14:00, 1');
    const toggle = within(panel).getByRole('button', { name: 'Cars per hour and waiting time, as a table' });
    fireEvent.click(toggle);
    expect(toggle.getAttribute('aria-pressed')).toBe('true');
    const table = within(panel).getByRole('table', { name: 'Cars per hour and waiting time' });
    expect(within(table).getAllByRole('row')).toHaveLength(12);
    expect(within(table).getByRole('row', { name: /^13 so far/ }).textContent).toBe('13 so far162.3 min');
    fireEvent.click(toggle);
    expect(within(panel).queryByRole('table')).toBeNull();
  });
  test('late and blocked bays say so in words', () => {
    show('manager');
    const bays = screen.getByRole('region', { name: 'Bays in use' });
    expect(within(bays).getByText('Bay 3').parentElement?.textContent).toContain('late');
    expect(within(bays).getByText('Bay 6').parentElement?.textContent).toContain('blocked');
  });
  test('before the first car there is no plot of nothing', () => {
    const { container } = show('manager', false, emptyBranch());
    screen.getByText('The first car will show here.');
    expect(container.querySelector('[role=img]')).toBeNull();
  });
  test('no live region: the figures would never be silent', () => {
    expect(show('manager').container.querySelector('[aria-live], [role=status], [role=alert]')).toBeNull();
  });
});

test('the title says how long the figures are of today, and of which day when they are not', () => {
  expect(titleOf({ kind: 'present' }, NOW)).toEqual({ title: 'Today' });
  expect(titleOf({ kind: 'last-known', atMs: NOW - 16 * 60_000 }, NOW)).toEqual({ title: 'Today', titleNote: 'until 13:42' });
  expect(titleOf({ kind: 'last-known', atMs: NOW - 24 * 3_600_000 }, NOW)).toEqual({ title: 'Thursday', titleNote: 'until 13:58' });
  expect(titleOf({ kind: 'last-known', atMs: null }, NOW)).toEqual({ title: 'Last known' });
});

test('a share is never rounded to all or none', () =>
  expect([onTimePercent(1_000, 1), onTimePercent(1_000, 999), onTimePercent(34, 4), onTimePercent(5, 0), onTimePercent(5, 5)]).toEqual([99, 1, 88, 100, 0]));

test('a choice of settings is native radios in a named group', () => {
  const change = vi.fn();
  draw(<LookSection change={change} />);
  const group = screen.getByRole('group', { name: 'Theme' });
  expect(within(group).getByRole<HTMLInputElement>('radio', { name: /^As the device/ }).checked).toBe(true);
  fireEvent.click(within(group).getByRole('radio', { name: 'Dark' }));
  expect(change).toHaveBeenCalledWith({ theme: 'dark' });
});

test('[FIG2] the file of the day has one row an hour in plain numbers, and money only for who may see it', () => {
  const hour = { hour: 9, came: 3, finished: 2, handedOver: 1, waitMinutes: 7.25, taken: 6_200 };
  expect(dayCsv([hour, { ...hour, hour: 10, waitMinutes: null }], 'LKR')).toBe(
    'Hour,Came,Finished,Handed over,Wait (min),Revenue (LKR)\r\n09:00,3,2,1,7.3,6200\r\n10:00,3,2,1,,6200\r\n',
  );
  expect(dayCsv([hour], null)).toBe('Hour,Came,Finished,Handed over,Wait (min)\r\n09:00,3,2,1,7.3\r\n');
  expect(csvName(new Date(2026, 10, 5, 23, 59).getTime())).toBe('holdfast-2026-11-05.csv');
});
