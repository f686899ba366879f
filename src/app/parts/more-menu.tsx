// The last place of a phone's bar: what has no room in it, and the person who is signed in. Wider screens show all of it at the side.
import { ChartColumn, Menu, Settings2, type LucideIcon } from 'lucide-react';
import { useId, useState } from 'react';
import { hrefOf, type Place, type Route } from '../routes.ts';
import { words } from '../words.ts';
import type { PersonMenuProps } from './person-menu.tsx';
import { SignOutPanel } from './sign-out.tsx';

interface Entry {
  readonly route: Route;
  readonly label: string;
  readonly Icon: LucideIcon;
}

const ENTRIES: readonly Entry[] = [
  { route: { place: 'dashboard' }, label: words.dashboard.title, Icon: ChartColumn },
  { route: { place: 'settings' }, label: words.settings.title, Icon: Settings2 },
];

export function MoreMenu({ place, session, signOut }: PersonMenuProps & { readonly place: Place }) {
  const menuId = useId();
  const [isOpen, setOpen] = useState(false);
  const isHere = ENTRIES.some(({ route }) => route.place === place) || place === 'debug' || place === 'realtime';
  const close = () => document.getElementById(menuId)?.hidePopover();
  return (
    <div className="more-menu">
      <button type="button" className="place" popoverTarget={menuId} aria-expanded={isOpen} aria-current={isHere ? 'true' : undefined}>
        <span className="place-pill">
          <Menu className="icon" aria-hidden="true" />
        </span>
        <span className="place-label">{words.more}</span>
      </button>
      <div id={menuId} popover="auto" className="popover more-popover" onToggle={({ newState }) => setOpen(newState === 'open')}>
        {isOpen && (
          <>
            <ul className="more-places">
              {ENTRIES.map(({ route, label, Icon }) => (
                <li key={label}>
                  <a className="more-place" href={hrefOf(route)} aria-current={route.place === place ? 'page' : undefined} onClick={close}>
                    <Icon className="icon" aria-hidden="true" />
                    {label}
                  </a>
                </li>
              ))}
            </ul>
            <p className="popover-lead">{session.name}</p>
            <p className="popover-sub">{`${words.person.role[session.role]} · ${session.tenantName}`}</p>
            <SignOutPanel signOut={signOut} />
          </>
        )}
      </div>
    </div>
  );
}
