// The last net: a screen that failed to draw says so and offers to load again. Data and writes are none of its business.
import type { ReactNode } from 'react';
import { words } from '../words.ts';
import { Boundary } from './boundary.tsx';
import { Notice } from './notice.tsx';

export function ErrorBoundary({ children, reload }: { readonly children: ReactNode; reload(): void }) {
  const fallback = () => (
    <Notice title={words.failed.title} detail={words.failed.detail}>
      <button type="button" className="button button-primary" onClick={() => reload()}>
        {words.failed.reload}
      </button>
    </Notice>
  );
  return <Boundary fallback={fallback}>{children}</Boundary>;
}
