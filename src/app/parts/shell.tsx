// The frame of every page of a signed-in person: skip link, places, the page, and what floats above it.
import type { MouseEvent, ReactNode } from 'react';
import type { Place } from '../routes.ts';
import { words } from '../words.ts';
import { MAIN_ID } from './page.tsx';
import type { PersonMenuProps } from './person-menu.tsx';
import { PlacesNav } from './places-nav.tsx';

export interface ShellProps extends PersonMenuProps {
  readonly place: Place;
  /** The page, and toasts and live regions behind it. */
  readonly children: ReactNode;
}

export function Shell({ place, session, signOut, children }: ShellProps) {
  return (
    <div className="shell">
      <a className="skip-link" href={`#${MAIN_ID}`} onClick={skip}>
        {words.skipTo[place]}
      </a>
      <PlacesNav place={place} session={session} signOut={signOut} />
      {children}
    </div>
  );
}

/** Without writing a fragment into the address, which Back would then lead to. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById(MAIN_ID)?.focus();
}
