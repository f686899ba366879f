// The colours of a plot, read from the page's tokens: a canvas knows no custom properties, and the theme may change at any time.
import type { PlotTone } from './plot-model.ts';

export interface PlotColours {
  readonly bar: string;
  /** Inside of the present hour's bar. */
  readonly present: string;
  readonly onBar: string;
  readonly mark: string;
  readonly markLine: string;
  readonly grid: string;
  readonly axis: string;
  readonly ink: string;
  readonly surface: string;
}

const SYSTEM: PlotColours = {
  bar: 'CanvasText',
  present: 'Canvas',
  onBar: 'Canvas',
  mark: 'Highlight',
  markLine: 'Highlight',
  grid: 'GrayText',
  axis: 'CanvasText',
  ink: 'CanvasText',
  surface: 'Canvas',
};

export function plotColours(element: Element, tone: PlotTone): PlotColours {
  if (matchMedia('(forced-colors: active)').matches) return SYSTEM;
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    bar: token(`${tone}-solid`),
    present: token(`${tone}-tint`),
    onBar: token('on-solid'),
    mark: token('caution-solid'),
    markLine: token('caution-line'),
    grid: token('line'),
    axis: token('ink-3'),
    ink: token('ink'),
    surface: token('surface'),
  };
}

/** Calls back when the theme or the contrast has changed, until `signal` ends it. */
export function onColoursChange(changed: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-contrast'] });
  for (const query of ['(forced-colors: active)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', changed, { signal });
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}
