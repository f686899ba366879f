// The places of the application and the person who is signed in: a rail on tablets, a bar below on phones, a column on desktops.
// It names only places that exist.
import { LayoutGrid } from 'lucide-react';
import { words } from '../words.ts';
import { Logo } from './glyph.tsx';
import { PersonMenu, type PersonMenuProps } from './person-menu.tsx';

export function PlacesNav({ session, signOut }: PersonMenuProps) {
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
        <li>
          <a className="place" href="/" aria-current="page">
            <span className="place-pill">
              <LayoutGrid className="icon" aria-hidden="true" />
            </span>
            <span className="place-label">{words.board}</span>
          </a>
        </li>
      </ul>
      <PersonMenu session={session} signOut={signOut} />
    </nav>
  );
}
