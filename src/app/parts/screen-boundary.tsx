// A page that failed to load or to draw says so in its place; the frame around it stays, with the way to every other page.
import type { ReactNode } from 'react';
import { words } from '../words.ts';
import { Boundary } from './boundary.tsx';
import { MAIN_ID } from './page.tsx';

export function ScreenBoundary({ children }: { readonly children: ReactNode }) {
  const fallback = () => (
    <main id={MAIN_ID} className="page-note" tabIndex={-1}>
      <h1 className="title">{words.page.failed}</h1>
      <p>{words.page.detail}</p>
      <button type="button" className="button button-primary" onClick={() => location.reload()}>
        {words.page.again}
      </button>
    </main>
  );
  return <Boundary fallback={fallback}>{children}</Boundary>;
}
