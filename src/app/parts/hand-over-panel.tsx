// Finished cars that still stand here: what is to pay, and the step that ends their visit.
import { useId, useState } from 'react';
import type { HandOverView } from '../../domain/board.ts';
import { money } from '../format.ts';
import { words } from '../words.ts';
import { ActionSlot, type BoardActions } from './action-button.tsx';
import { Glyph } from './glyph.tsx';

/** Cars shown while folded; a low screen hides the last of them (see board.css), so that the way to all stands from `FEW` on. */
const SHOWN = 3;
const FEW = SHOWN - 1;

export function HandOverPanel({ cars, actions }: { readonly cars: readonly HandOverView[]; readonly actions: BoardActions }) {
  const titleId = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="panel" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{words.handOver.title}</h2>
        {cars.length > 0 && <span className="panel-note">{cars.length}</span>}
        {cars.length > FEW && (
          <button type="button" className="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? words.showFewer : words.showAll(cars.length)}
          </button>
        )}
      </div>
      {cars.length === 0 && <p className="panel-empty">{words.handOver.empty}</p>}
      <ul className={isOpen ? 'rows hand-over-rows' : 'rows hand-over-rows is-folded'}>
        {(isOpen ? cars : cars.slice(0, SHOWN)).map((car) => (
          <HandOverRow key={car.orderId} car={car} actions={actions} />
        ))}
      </ul>
    </section>
  );
}

function HandOverRow({ car, actions }: { readonly car: HandOverView; readonly actions: BoardActions }) {
  return (
    <li className={`row hand-over-row tone-${car.stage}`}>
      <Glyph name={car.stage} />
      <span className="row-main">
        <span className="plate plate-s">{car.plate}</span>
        <span className="row-sub">{payLine(car)}</span>
      </span>
      <span className="row-actions">
        <ActionSlot offered={car.actions} actions={actions} />
      </span>
    </li>
  );
}

function payLine({ stage, amount, method }: HandOverView): string {
  if (stage === 'ready') return amount ? words.handOver.toPay(money(amount.value, amount.currency)) : words.handOver.notPaid;
  return amount && method ? words.handOver.paid(money(amount.value, amount.currency), method) : words.handOver.isPaid;
}
