// The day hour by hour as a file that a spreadsheet opens: plain numbers, one row an hour, money only where it may be seen. Pure.
import type { HourFigures } from '../../domain/figures-hours.ts';
import { hourLabel } from '../plots/plot-model.ts';
import { words } from '../words.ts';

const said = words.dashboard.csv;

/** `currency` null: this role sees no money. */
export function dayCsv(hours: readonly HourFigures[], currency: string | null): string {
  const head = [said.hour, said.came, said.finished, said.handedOver, said.wait, ...(currency === null ? [] : [said.taken(currency)])];
  const rows = hours.map(({ hour, came, finished, handedOver, waitMinutes, taken }) => [
    `${hourLabel(hour)}:00`,
    ...[came, finished, handedOver],
    waitMinutes === null ? '' : waitMinutes.toFixed(1),
    ...(currency === null ? [] : [taken]),
  ]);
  return [head, ...rows].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** `2026-11-21`, by this device's clock. */
export function csvName(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `holdfast-${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}.csv`;
}
