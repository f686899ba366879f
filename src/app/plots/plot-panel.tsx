// One plot with its title, its legend, a sentence for who can't see it, and its table.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { words } from '../words.ts';
import type { Plot } from './plot-canvas.ts';
import { hourLabel, type Measure, type PlotModel } from './plot-model.ts';
import { TablePanel } from './table-panel.tsx';

export interface PlotPanelProps {
  readonly title: string;
  readonly model: PlotModel;
  readonly sentence: string;
  /** How a value of a measure is written in the table. */
  readonly write: (value: number, measure: Measure) => string;
}

export function PlotPanel({ title, model, sentence, write }: PlotPanelProps) {
  const measures = model.marks ? [model.bars, model.marks] : [model.bars];
  return (
    <TablePanel
      title={title}
      legend={<Legend model={model} />}
      picture={<Picture model={model} sentence={sentence} table={<Hours title={title} model={model} measures={measures} write={write} />} />}
      table={<Hours title={title} model={model} measures={measures} write={write} />}
    />
  );
}

function Legend({ model: { bars, marks, tone } }: { readonly model: PlotModel }) {
  return (
    <ul className="plot-legend" aria-hidden="true">
      <li>
        <span className={`plot-key plot-key-bar tone-${tone}`} />
        {bars.label}
      </li>
      {marks && (
        <li>
          <span className="plot-key plot-key-mark" />
          {marks.unit === '' ? marks.label : `${marks.label}, ${marks.unit}`}
        </li>
      )}
    </ul>
  );
}

/** The canvas and its code come with the first plot; where they can't be had, the table stands in. */
function Picture({ model, sentence, table }: { readonly model: PlotModel; readonly sentence: string; readonly table: ReactNode }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef(model);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    latest.current = model;
    plot.current?.show(model);
  }, [model]);
  useEffect(() => {
    const life = new AbortController();
    const draw = async () => {
      const { mountPlot } = await import('./plot-canvas.ts');
      if (life.signal.aborted || !host.current) return;
      plot.current = mountPlot(host.current, life.signal);
      plot.current.show(latest.current);
    };
    draw().catch(() => setFailed(true));
    return () => {
      plot.current = null;
      life.abort();
    };
  }, []);
  if (hasFailed) return <div className="plot-table">{table}</div>;
  return <div ref={host} className="plot" role="img" aria-label={sentence} />;
}

function Hours({ title, model, measures, write }: Omit<PlotPanelProps, 'sentence'> & { readonly measures: readonly Measure[] }) {
  return (
    <table className="data-table">
      <caption className="unseen">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.dashboard.hour}</th>
          {measures.map((measure) => (
            <th key={measure.label} scope="col">
              {measure.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {model.hours.map((hour, index) => (
          <tr key={hour}>
            <th scope="row">
              {hourLabel(hour)}
              {index === model.present && <span className="data-note"> {words.dashboard.presentHour}</span>}
            </th>
            {measures.map((measure) => (
              <td key={measure.label}>{cell(measure.values[index] ?? null, measure, write)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function cell(value: number | null, measure: Measure, write: PlotPanelProps['write']): string {
  return value === null ? words.dashboard.nothing : write(value, measure);
}
