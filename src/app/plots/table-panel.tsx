// A panel that shows the same values as a picture or, at a touch, as a real table. Nothing below it moves: both stand in one place.
import { Table } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { words } from '../words.ts';

export interface TablePanelProps {
  readonly title: string;
  /** What marks mean, beside the title. */
  readonly legend?: ReactNode;
  readonly picture: ReactNode;
  readonly table: ReactNode;
  /** Class of the panel. */
  readonly className?: string;
}

export function TablePanel({ title, legend, picture, table, className = '' }: TablePanelProps) {
  const titleId = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section className={`panel plot-panel ${className}`.trimEnd()} aria-labelledby={titleId}>
      <div className="plot-head">
        <h2 id={titleId}>{title}</h2>
        {!isTable && legend}
        <button
          type="button"
          className="link-button plot-toggle"
          aria-pressed={isTable}
          aria-label={words.dashboard.tableOf(title)}
          onClick={() => setTable(!isTable)}
        >
          <Table className="icon" aria-hidden="true" />
          {words.dashboard.table}
        </button>
      </div>
      {isTable ? <div className="plot-table">{table}</div> : picture}
    </section>
  );
}
