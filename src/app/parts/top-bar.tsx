// Title, branch, and the connection at the right end: the same bar on every page.
import { MapPin } from 'lucide-react';
import type { ReactNode } from 'react';

export function TopBar({ title, branch, children }: { readonly title: string; readonly branch: string; readonly children: ReactNode }) {
  return (
    <header className="top-bar">
      <h1 className="title">{title}</h1>
      <p className="branch">
        <MapPin className="icon" aria-hidden="true" />
        <span>{branch}</span>
      </p>
      {children}
    </header>
  );
}
