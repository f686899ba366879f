// The places of the application and the person who is signed in: a rail on tablets, a bar below on phones, a column on desktops.
// It names only places that exist.
import { ChartColumn, ClipboardList, LayoutGrid, Settings2, type LucideIcon } from 'lucide-react';
import { hrefOf, type Place, type Route } from '../routes.ts';
import { words } from '../words.ts';
import { NewOrderPlace } from '../new-order/new-order-button.tsx';
import { Logo } from './glyph.tsx';
import { MoreMenu } from './more-menu.tsx';
import { OutboxPlace } from './outbox-place.tsx';
import { PersonMenu, type PersonMenuProps } from './person-menu.tsx';

interface Entry {
  readonly route: Route;
  readonly label: string;
  readonly Icon: LucideIcon;
  /** Pages that belong to this place. */
  readonly holds: readonly Place[];
  /** `place-wide`: on a phone it is behind "More". */
  readonly look?: 'place-wide';
}

const ENTRIES: readonly Entry[] = [
  { route: { place: 'board' }, label: words.board, Icon: LayoutGrid, holds: ['board'] },
  { route: { place: 'orders', stage: 'open', query: '' }, label: words.orders.title, Icon: ClipboardList, holds: ['orders', 'order'] },
  { route: { place: 'dashboard' }, label: words.dashboard.title, Icon: ChartColumn, holds: ['dashboard'], look: 'place-wide' },
];
const SETTINGS: Entry = { route: { place: 'settings' }, label: words.settings.title, Icon: Settings2, holds: ['settings', 'debug', 'realtime'] };

export function PlacesNav({ place, session, signOut }: PersonMenuProps & { readonly place: Place }) {
  return (
    <nav className="places" aria-label={words.places}>
      <div className="places-brand">
        <Logo />
        <span className="places-names">
          <span className="places-product">{words.product}</span>
          <span className="places-branch">{session.tenantName}</span>
        </span>
      </div>
      <ul className="places-list">
        {ENTRIES.map((entry) => (
          <li key={entry.label} className={entry.look}>
            <PlaceLink entry={entry} place={place} />
          </li>
        ))}
        <NewOrderPlace />
        <OutboxPlace />
        <li className="place-wide place-last">
          <PlaceLink entry={SETTINGS} place={place} />
        </li>
      </ul>
      <MoreMenu place={place} session={session} signOut={signOut} />
      <PersonMenu session={session} signOut={signOut} />
    </nav>
  );
}

function PlaceLink({ entry: { route, label, Icon, holds }, place }: { readonly entry: Entry; readonly place: Place }) {
  const current = route.place === place ? 'page' : holds.includes(place) ? 'true' : undefined;
  return (
    <a className="place" href={hrefOf(route)} aria-current={current}>
      <span className="place-pill">
        <Icon className="icon" aria-hidden="true" />
      </span>
      <span className="place-label">{label}</span>
    </a>
  );
}
