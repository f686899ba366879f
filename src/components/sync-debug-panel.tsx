// The door of the debug panel: a few bytes with the library, the panel itself and its styles when it is shown.
import { lazy, Suspense } from 'react';

export interface SyncDebugPanelProps {
  /** False shows and loads nothing, so that `debug={isDebugMode}` can stand in a page for good. Default true. */
  readonly debug?: boolean;
  readonly className?: string;
}

/** Without the mark a bundler keeps it for everybody who imports anything of the library. */
const Panel = /* @__PURE__ */ lazy(() => import('./debug/panel.tsx').then(({ DebugPanel }) => ({ default: DebugPanel })));

/**
 * How the connection of this page stands, live: state, breaker, host, position, counters, storage, tabs and the trace, with an export that
 * holds no data of the application. Colours follow `--surface`, `--ink`, ... where a page has them, else the `color-scheme`;
 * `.hf-debug { --hf-surface: ... }` overrides each.
 */
export function SyncDebugPanel({ debug = true, className }: SyncDebugPanelProps) {
  if (!debug) return null;
  return (
    <Suspense fallback={null}>
      <Panel {...(className === undefined ? {} : { className })} />
    </Suspense>
  );
}
