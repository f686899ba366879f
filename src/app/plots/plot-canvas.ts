// A plot on a canvas, drawn by uPlot: bars from zero, the present hour dashed, diamonds on a line beside them. Loaded with the first plot.
// It is drawn when its model, its size or the theme has changed, never more than once a frame, and never by an animation.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { createFrameGate } from './frame-gate.ts';
import { onColoursChange, plotColours, type PlotColours } from './plot-colours.ts';
import { compact, hourLabel, most, niceTop, plotKey, type PlotModel } from './plot-model.ts';

export interface Plot {
  show(model: PlotModel): void;
}

const FONT = "13px 'Inter', system-ui, sans-serif";
const HEIGHT = 244;
/** Of the room of one hour. */
const BAR_WIDTH = 0.72;
const BAR_MOST_PX = 64;
const DIAMOND_PX = 7;
const LABEL_PX = 13;

/** Lives in `host` until `signal` ends it. */
export function mountPlot(host: HTMLElement, signal: AbortSignal): Plot {
  let model: PlotModel | null = null;
  let plot: uPlot | null = null;
  let colours: PlotColours | null = null;

  function draw(next: PlotModel): void {
    const isOther = !model || kindOf(model) !== kindOf(next);
    model = next;
    if (isOther) plot?.destroy();
    if (isOther || !plot) plot = make(next);
    else plot.setData(dataOf(next));
    host.dataset['drawn'] = String(Number(host.dataset['drawn'] ?? 0) + 1);
  }

  function make(first: PlotModel): uPlot {
    const width = host.clientWidth;
    return new uPlot({ ...options(first), width, height: HEIGHT }, dataOf(first), host);
  }

  const present = (): PlotModel => model ?? EMPTY;
  const shade = (): PlotColours => (colours ??= plotColours(host, present().tone));

  function options({ marks, isOneScale }: PlotModel): Omit<uPlot.Options, 'width' | 'height'> {
    const axis = (): string => shade().axis;
    const grid = { stroke: () => shade().grid, width: 1 };
    const y = { stroke: axis, font: FONT, grid, ticks: { show: false }, gap: 8, size: 46, splits: fourSteps, values: compactAll };
    return {
      legend: { show: false },
      cursor: { show: false },
      padding: [22, marks && !isOneScale ? 0 : 12, 0, 0],
      scales: { x: { time: false, range: wholeHours }, y: { range: fromZero }, m: { range: fromZero } },
      series: [
        {},
        {
          scale: 'y',
          paths: uPlot.paths.bars?.({ size: [BAR_WIDTH, BAR_MOST_PX], radius: [0.12, 0] }) ?? nothing,
          fill: () => shade().bar,
          points: { show: false },
        },
        ...(marks ? [markSeries(isOneScale)] : []),
      ],
      axes: [
        {
          stroke: axis,
          font: FONT,
          grid: { show: false },
          ticks: { show: false },
          gap: 6,
          size: 30,
          splits: everyHour,
          values: (u, splits) => hourLabels(u, splits),
        },
        y,
        ...(marks && !isOneScale ? [{ ...y, scale: 'm', side: 1 as const, grid: { show: false } }] : []),
      ],
      hooks: { drawAxes: [drawPresent], drawSeries: [(u, index) => index === 2 && drawDiamonds(u)], draw: [drawValues] },
    };
  }

  function markSeries(isOneScale: boolean): uPlot.Series {
    return { scale: isOneScale ? 'y' : 'm', stroke: () => shade().markLine, width: 2, spanGaps: true, points: { show: false } };
  }

  /** Under the line: the hour that isn't over has a dashed outline, and its value would otherwise look like a fall. */
  function drawPresent(u: uPlot): void {
    const { present: at, bars, hours } = present();
    const value = at === null ? null : bars.values[at];
    const hour = at === null ? undefined : hours[at];
    if (hour === undefined || value === null || value === undefined || value === 0) return;
    const { ctx } = u;
    const ratio = uPlot.pxRatio;
    const width = barWidth(u);
    const top = u.valToPos(value, 'y', true);
    const left = u.valToPos(hour, 'x', true) - width / 2;
    ctx.save();
    ctx.fillStyle = shade().present;
    ctx.strokeStyle = shade().bar;
    ctx.lineWidth = 2 * ratio;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.rect(left + ratio, top, width - 2 * ratio, u.valToPos(0, 'y', true) - top);
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }

  /** At the foot of its bar, or above one that is too low for it; not at all where bars are narrower than their numbers. */
  function drawValues(u: uPlot): void {
    const { hours, bars, present: at } = present();
    const { ctx } = u;
    const ratio = uPlot.pxRatio;
    const foot = u.valToPos(0, 'y', true);
    const width = barWidth(u);
    ctx.save();
    ctx.font = `600 ${LABEL_PX * ratio}px 'Inter', system-ui, sans-serif`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'alphabetic';
    ctx.strokeStyle = shade().surface;
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = 'round';
    for (const [index, hour] of hours.entries()) {
      const value = bars.values[index] ?? 0;
      const text = compact(value);
      if (value === 0 || ctx.measureText(text).width > width + 6 * ratio) continue;
      const place = labelPlace(u, { index, text, value, foot, width });
      ctx.fillStyle = place.isInside && index !== at ? shade().onBar : shade().ink;
      // A line may run behind it.
      if (!place.isInside) ctx.strokeText(text, u.valToPos(hour, 'x', true), place.y);
      ctx.fillText(text, u.valToPos(hour, 'x', true), place.y);
    }
    ctx.restore();
  }

  /** At the foot of a bar that has room for it, else on top; above the hour's diamond where that would lie on it. */
  function labelPlace(u: uPlot, { index, text, value, foot, width }: Label): { readonly isInside: boolean; readonly y: number } {
    const { marks, isOneScale } = present();
    const ratio = uPlot.pxRatio;
    const height = foot - u.valToPos(value, 'y', true);
    const isInside = height > (LABEL_PX + 12) * ratio && u.ctx.measureText(text).width < width - 4 * ratio;
    const y = isInside ? foot - 8 * ratio : foot - height - 5 * ratio;
    const mark = marks?.values[index];
    if (mark === null || mark === undefined) return { isInside, y };
    const markY = u.valToPos(mark, isOneScale ? 'y' : 'm', true);
    const isClear = Math.abs(markY - (y - (LABEL_PX * ratio) / 2)) > (LABEL_PX / 2 + DIAMOND_PX + 1) * ratio;
    return isClear ? { isInside, y } : { isInside: false, y: Math.min(y, markY - (DIAMOND_PX + 4) * ratio) };
  }

  function drawDiamonds(u: uPlot): void {
    const { hours, marks, isOneScale } = present();
    if (!marks) return;
    const { ctx } = u;
    const size = DIAMOND_PX * uPlot.pxRatio;
    ctx.save();
    ctx.fillStyle = shade().mark;
    ctx.strokeStyle = shade().surface;
    ctx.lineWidth = 2 * uPlot.pxRatio;
    for (const [index, hour] of hours.entries()) {
      const value = marks.values[index];
      if (value === null || value === undefined) continue;
      const x = u.valToPos(hour, 'x', true);
      const y = u.valToPos(value, isOneScale ? 'y' : 'm', true);
      ctx.beginPath();
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x, y + size);
      ctx.lineTo(x - size, y);
      ctx.closePath();
      ctx.stroke();
      ctx.fill();
    }
    ctx.restore();
  }

  const gate = createFrameGate<PlotModel>({ key: plotKey, draw, frame: (run) => requestAnimationFrame(run) }, signal);
  const sizes = new ResizeObserver(() => {
    const width = host.clientWidth;
    if (plot && width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
  });
  sizes.observe(host);
  onColoursChange(() => {
    colours = null;
    gate.again();
  }, signal);
  // The font comes with the page or not at all; a canvas drawn before it would keep the fallback.
  void document.fonts.ready.then(() => !signal.aborted && gate.again());
  signal.addEventListener(
    'abort',
    () => {
      sizes.disconnect();
      plot?.destroy();
    },
    { once: true },
  );
  return { show: gate.set };
}

/** The number of one bar, in the pixels of the canvas. */
interface Label {
  readonly index: number;
  readonly text: string;
  readonly value: number;
  readonly foot: number;
  readonly width: number;
}

const EMPTY: PlotModel = { hours: [], present: null, bars: { label: '', unit: '', values: [] }, marks: null, tone: 'washing', isOneScale: true };
const nothing = () => null;

/** The present hour's bar is drawn by hand: for uPlot it is empty, but the axis must reach it, which `fromZero` sees to. */
function dataOf({ hours, present, bars, marks }: PlotModel): uPlot.AlignedData {
  const drawn = bars.values.map((value, index) => (index === present ? null : value));
  const hidden = present === null ? 0 : (bars.values[present] ?? 0);
  // One more place outside of the picture, by which the scale knows of the hidden bar.
  const xs = [...hours, (hours.at(-1) ?? 0) + 1];
  return marks ? [xs, [...drawn, hidden], [...marks.values, null]] : [xs, [...drawn, hidden]];
}

function wholeHours(u: uPlot): [number, number] {
  const xs = u.data[0] ?? [];
  return [(xs[0] ?? 0) - 0.5, (xs.at(-2) ?? 1) + 0.5];
}

/** Of all measures that are drawn on this scale. */
function fromZero(u: uPlot, _least: number, _most: number, scale: string): [number, number] {
  const tops = u.series.map((series, index) => (index > 0 && series.scale === scale ? most(Array.from(u.data[index] ?? [], (value) => value ?? null)) : 0));
  return [0, niceTop(Math.max(...tops))];
}

/** Models of one kind are drawn by one plot. */
function kindOf({ marks, tone, isOneScale }: PlotModel): string {
  return `${marks === null} ${tone} ${isOneScale}`;
}

function fourSteps(_u: uPlot, _axis: number, _least: number, top: number): number[] {
  return [0, top / 4, top / 2, (top * 3) / 4, top];
}

function compactAll(_u: uPlot, splits: number[]): string[] {
  return splits.map(compact);
}

function everyHour(u: uPlot): number[] {
  return Array.from(u.data[0] ?? []).slice(0, -1);
}

/** Every hour where there is room, else every second or third. */
function hourLabels(u: uPlot, splits: number[]): (string | null)[] {
  const room = u.bbox.width / uPlot.pxRatio / Math.max(1, splits.length);
  const step = room >= 24 ? 1 : room >= 13 ? 2 : 3;
  return splits.map((hour, index) => (index % step === 0 ? hourLabel(hour) : null));
}

function barWidth(u: uPlot): number {
  const hours = Math.max(1, (u.data[0]?.length ?? 1) - 1);
  return Math.min((u.bbox.width / hours) * BAR_WIDTH, BAR_MOST_PX * uPlot.pxRatio);
}
