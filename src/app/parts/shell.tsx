// The frame of every page of a signed-in person: skip link, places, top bar, the page, and what floats above it.
import type { ReactNode } from 'react';
import { words } from '../words.ts';
import type { PersonMenuProps } from './person-menu.tsx';
import { PlacesNav } from './places-nav.tsx';
import { TopBar } from './top-bar.tsx';

export interface ShellProps extends PersonMenuProps {
  readonly title: string;
  /** The indicator. */
  readonly status: ReactNode;
  /** The page's `main`, whose id is `board`. */
  readonly children: ReactNode;
}

export function Shell({ title, session, signOut, status, children }: ShellProps) {
  return (
    <div className="shell">
      <a className="skip-link" href="#board">
        {words.skipToBoard}
      </a>
      <PlacesNav session={session} signOut={signOut} />
      <TopBar title={title} branch={session.tenantName}>
        {status}
      </TopBar>
      {children}
    </div>
  );
}
