// Finished cars that still stand here: what is to pay, and the step that ends their visit.
import type { HandOverView } from '../../domain/board.ts';
import { money } from '../format.ts';
import { hrefOf } from '../routes.ts';
import { words } from '../words.ts';
import { ActionSlot, type BoardActions } from './action-button.tsx';
import { Glyph } from './glyph.tsx';
import { Panel } from './panel.tsx';

const FEW = 3;

export function HandOverPanel({ cars, actions }: { readonly cars: readonly HandOverView[]; readonly actions: BoardActions }) {
  return (
    <Panel
      title={words.handOver.title}
      note={cars.length}
      empty={words.handOver.empty}
      items={cars}
      few={FEW}
      renderRow={(car) => <HandOverRow key={car.orderId} car={car} actions={actions} />}
    />
  );
}

function HandOverRow({ car, actions }: { readonly car: HandOverView; readonly actions: BoardActions }) {
  return (
    <li className={`row hand-over-row tone-${car.stage}`}>
      <Glyph name={car.stage} />
      <a className="row-main" href={hrefOf({ place: 'order', id: car.orderId })}>
        <span className="plate plate-s">{car.plate}</span>
        <span className="row-sub">{payLine(car)}</span>
      </a>
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
