// What a plot shows, as data: the same model is drawn, read out, and set as a table. Pure.

/** One measure over the hours; `null` = nothing to measure in that hour. */
export interface Measure {
  readonly label: string;
  /** Said behind a value where it isn't clear from the label: `min`. */
  readonly unit: string;
  readonly values: readonly (number | null)[];
}

export interface PlotModel {
  /** 0 to 23, one after the other. */
  readonly hours: readonly number[];
  /** Index of the present hour, which isn't over; null where it isn't among them. */
  readonly present: number | null;
  readonly bars: Measure;
  /** Drawn as diamonds on a line; null for a plot of one measure. */
  readonly marks: Measure | null;
  /** Both count the same thing and share the axis; else the marks have their own at the right. */
  readonly isOneScale: boolean;
  readonly tone: PlotTone;
}

/** The stage whose colour the bars bear. */
export type PlotTone = 'washing' | 'ready' | 'paid';

/** Equal keys draw the same picture. */
export function plotKey({ hours, present, bars, marks, tone, isOneScale }: PlotModel): string {
  return JSON.stringify([hours, present, bars.values, marks?.values ?? null, tone, isOneScale]);
}

/** `09`. */
export function hourLabel(hour: number): string {
  return String(hour).padStart(2, '0');
}

/** The top of an axis from zero: four whole and easy steps that hold `most`. */
export function niceTop(most: number): number {
  if (most <= 4) return 4;
  const step = 10 ** Math.floor(Math.log10(most / 4));
  const factor = [1, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * step * 4 >= most && Number.isInteger(candidate * step)) ?? 10;
  return factor * step * 4;
}

/** The largest value; 0 for none. */
export function most(values: readonly (number | null)[]): number {
  return values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
}

/** `12.4k` from a thousand, so that it fits a bar. */
export function compact(value: number): string {
  if (value < 1_000) return String(Math.round(value));
  return `${(value / 1_000).toFixed(value < 100_000 ? 1 : 0).replace('.0', '')}k`;
}
