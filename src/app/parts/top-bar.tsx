// Title, branch, a page's own tools, and the connection at the right end: the same bar on every page.
import { MapPin } from 'lucide-react';
import type { ReactNode, Ref } from 'react';

export interface TopBarProps {
  /** Null where the page shows its title larger, below. */
  readonly title: string | null;
  /** What it goes on with; may be empty. */
  readonly titleNote: string;
  readonly titleRef?: Ref<HTMLHeadingElement>;
  /** Instead of title and branch: where this page belongs to. */
  readonly lead?: ReactNode;
  readonly branch: string;
  readonly tools?: ReactNode;
  /** The indicator. */
  readonly children: ReactNode;
}

export function TopBar({ title, titleNote, titleRef, lead, branch, tools, children }: TopBarProps) {
  const hasTools = tools !== undefined && tools !== null;
  return (
    <header className={hasTools ? 'top-bar has-tools' : 'top-bar'}>
      {title !== null && (
        <h1 className="title" ref={titleRef} tabIndex={-1}>
          {title}
          {titleNote !== '' && <span className="title-note">{` ${titleNote}`}</span>}
        </h1>
      )}
      {lead ?? (
        <p className="branch">
          <MapPin className="icon" aria-hidden="true" />
          <span>{branch}</span>
        </p>
      )}
      {hasTools && <div className="top-tools">{tools}</div>}
      {children}
    </header>
  );
}
