// A panel beside the bays: a title, a note, the way to all rows, the first few of them. Its height is that of the few, filled or
// not, so that a car that comes or goes moves nothing below.
import { useId, useState, type ReactNode } from 'react';
import { words } from '../words.ts';

export interface PanelProps<Item> {
  readonly title: string;
  /** Beside the title; absent while there is nothing to sum up. */
  readonly note: ReactNode;
  /** Said instead of rows. */
  readonly empty: string;
  readonly items: readonly Item[];
  /** Rows while folded. */
  readonly few: number;
  readonly renderRow: (item: Item) => ReactNode;
}

export function Panel<Item>({ title, note, empty, items, few, renderRow }: PanelProps<Item>) {
  const titleId = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="panel" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{title}</h2>
        {items.length > 0 && <span className="panel-note">{note}</span>}
        {items.length > few && (
          <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? words.showFewer : words.showAll(items.length)}
          </button>
        )}
      </div>
      {items.length === 0 && <p className="panel-empty">{empty}</p>}
      <ol className={`rows rows-${few}`}>{(isOpen ? items : items.slice(0, few)).map(renderRow)}</ol>
    </section>
  );
}
