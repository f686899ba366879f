// A panel that can't be drawn says so in its place; the others stay.
import type { ReactNode } from 'react';
import { Boundary } from '../parts/boundary.tsx';
import { words } from '../words.ts';

export function PanelBoundary({ children }: { readonly children: ReactNode }) {
  const fallback = (retry: () => void) => (
    <section className="panel panel-failed">
      <p>{words.dashboard.failed}</p>
      <button type="button" className="button button-outline" onClick={retry}>
        {words.dashboard.again}
      </button>
    </section>
  );
  return <Boundary fallback={fallback}>{children}</Boundary>;
}
