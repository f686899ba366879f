// "New order" in the bar of a page, and as a place on a phone. Nothing where this role creates none.
import { Plus } from 'lucide-react';
import { words } from '../words.ts';
import { useNewOrder } from './new-order.ts';

export function NewOrderButton() {
  const open = useNewOrder();
  if (!open) return null;
  return (
    <button type="button" className="button button-primary new-order-button" onClick={() => open()}>
      <Plus className="icon" aria-hidden="true" />
      {words.newOrder.title}
    </button>
  );
}

/** Between the places of a phone's bar, where the button of the page's own bar has no room. */
export function NewOrderPlace() {
  const open = useNewOrder();
  if (!open) return null;
  return (
    <li className="place-phone">
      <button type="button" className="place" aria-label={words.newOrder.title} onClick={() => open()}>
        <span className="place-pill">
          <Plus className="icon" aria-hidden="true" />
        </span>
        <span className="place-label">{words.newOrder.short}</span>
      </button>
    </li>
  );
}
