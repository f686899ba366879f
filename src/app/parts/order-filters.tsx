// The stage filters above the list: links, so that Back undoes them and an address can be handed on. Each says how many it would show.
import { STAGE_FILTERS, type OrderList, type StageFilter } from '../../domain/order-list.ts';
import { hrefOf } from '../routes.ts';
import { words } from '../words.ts';
import { Glyph } from './glyph.tsx';

export interface OrderFiltersProps {
  readonly filter: StageFilter;
  readonly query: string;
  /** Null while orders are read. */
  readonly counts: OrderList['counts'] | null;
}

export function OrderFilters({ filter, query, counts }: OrderFiltersProps) {
  return (
    <nav className="filters" aria-label={words.orders.filters}>
      {STAGE_FILTERS.map((stage) => (
        <a key={stage} className={`filter tone-${stage}`} href={hrefOf({ place: 'orders', stage, query })} aria-current={stage === filter ? 'true' : undefined}>
          {stage !== 'open' && stage !== 'all' && <Glyph name={stage} />}
          <span>{`${words.orders.filter(stage)} `}</span>
          <span className="filter-count">{counts ? counts[stage] : ''}</span>
          {counts && <span className="unseen">{` ${words.orders.unit(counts[stage])}`}</span>}
        </a>
      ))}
    </nav>
  );
}
