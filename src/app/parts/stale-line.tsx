// The line that says how old a page is. It has its height always, so that nothing moves when it speaks.
import { History } from 'lucide-react';
import { useContext, type ReactNode } from 'react';
import { timeOfDay } from '../format.ts';
import type { Standing } from '../standing.ts';
import { words } from '../words.ts';
import { UnsentContext } from '../writes.ts';

export interface StaleLineProps {
  readonly standing: Standing;
  /** Why this page can't follow live at all, as a sentence; null where it can. */
  readonly trouble: string | null;
  /** Said while everything is present, or behind the sentence. */
  readonly children?: ReactNode;
}

export function StaleLine({ standing, trouble, children }: StaleLineProps) {
  const { entries } = useContext(UnsentContext);
  if (trouble !== null) return <p className="stale-line is-trouble">{trouble}</p>;
  return (
    <p className="stale-line">
      {standing.kind === 'last-known' && (
        <>
          <History className="icon" aria-hidden="true" />
          <span>{standing.atMs === null ? words.asItWasUnknown : words.asItWas(timeOfDay(standing.atMs), entries > 0)}</span>
        </>
      )}
      {children}
    </p>
  );
}
