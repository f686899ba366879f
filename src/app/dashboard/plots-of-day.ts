// The plots of a day: which measures are bars, which are marks, and each plot as a sentence. Pure.
import type { HourFigures } from '../../domain/figures-hours.ts';
import { money } from '../format.ts';
import { count } from '../plural.ts';
import { hourLabel, type Measure, type PlotModel } from '../plots/plot-model.ts';
import { words } from '../words.ts';

export interface DayPlot {
  readonly title: string;
  readonly model: PlotModel;
  readonly sentence: string;
  readonly write: (value: number, measure: Measure) => string;
}

/** `presentHour` is drawn as not over; hours after it have nothing to say yet. */
export function carsPlot(hours: readonly HourFigures[], presentHour: number): DayPlot {
  const { title, finished, wait, waitUnit } = words.dashboard.carsPerHour;
  const bars: Measure = { label: finished, unit: '', values: hours.map((hour) => hour.finished) };
  const marks: Measure = { label: wait, unit: waitUnit, values: hours.map(({ waitMinutes }) => waitMinutes && Math.round(waitMinutes * 10) / 10) };
  return plotOf(
    title,
    { hours: hours.map(({ hour }) => hour), present: presentOf(hours, presentHour), bars, marks, tone: 'washing', isOneScale: false },
    writeCount,
  );
}

export function flowPlot(hours: readonly HourFigures[], presentHour: number): DayPlot {
  const { title, came, handedOver } = words.dashboard.flow;
  const bars: Measure = { label: came, unit: '', values: hours.map((hour) => hour.came) };
  const marks: Measure = { label: handedOver, unit: '', values: untilPresent(hours, presentHour, (hour) => hour.handedOver) };
  return plotOf(
    title,
    { hours: hours.map(({ hour }) => hour), present: presentOf(hours, presentHour), bars, marks, tone: 'ready', isOneScale: true },
    writeCount,
  );
}

/** For those who may see money. */
export function moneyPlot(hours: readonly HourFigures[], presentHour: number, currency: string): DayPlot {
  const { title, taken, total } = words.dashboard.money;
  let sum = 0;
  const totals = new Map(hours.map(({ hour, taken: amount }) => [hour, (sum += amount)]));
  const bars: Measure = { label: taken, unit: '', values: hours.map((hour) => hour.taken) };
  const marks: Measure = { label: total, unit: '', values: untilPresent(hours, presentHour, ({ hour }) => totals.get(hour) || null) };
  const model: PlotModel = { hours: hours.map(({ hour }) => hour), present: presentOf(hours, presentHour), bars, marks, tone: 'paid', isOneScale: false };
  return plotOf(title, model, (value) => money(value, currency));
}

function plotOf(title: string, model: PlotModel, write: DayPlot['write']): DayPlot {
  const parts = [barsSentence(model, write), ...(model.marks ? [marksSentence(model, model.marks, write)] : [])];
  return { title, model, write, sentence: words.dashboard.sentence(title, parts) };
}

function barsSentence({ bars, hours }: PlotModel, write: DayPlot['write']): string {
  const total = bars.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  if (total === 0) return words.dashboard.noneOf(bars.label);
  const top = Math.max(...bars.values.map((value) => value ?? 0));
  return words.dashboard.sum(bars.label, write(total, bars), write(top, bars), spanOf(hours[bars.values.indexOf(top)] ?? 0));
}

function marksSentence({ hours }: PlotModel, marks: Measure, write: DayPlot['write']): string {
  const at = marks.values.findLastIndex((value) => value !== null);
  const value = marks.values[at] ?? null;
  return value === null ? words.dashboard.noneOf(marks.label) : words.dashboard.last(marks.label, write(value, marks), `${hourLabel(hours[at] ?? 0)}:00`);
}

function spanOf(hour: number): string {
  return words.dashboard.hourSpan(`${hourLabel(hour)}:00`, `${hourLabel(hour + 1)}:00`);
}

/** A line that went on as zero would tell of hours that haven't come. */
function untilPresent(hours: readonly HourFigures[], presentHour: number, read: (hour: HourFigures) => number | null): (number | null)[] {
  return hours.map((hour) => (hour.hour <= presentHour ? read(hour) : null));
}

function presentOf(hours: readonly HourFigures[], presentHour: number): number | null {
  const at = hours.findIndex(({ hour }) => hour === presentHour);
  return at < 0 ? null : at;
}

function writeCount(value: number, { unit }: Measure): string {
  return unit === '' ? count(value) : `${count(value)} ${unit}`;
}
