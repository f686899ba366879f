// Starts the application: theme, clock, service worker, then the tree. Nothing else runs outside React.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SyncManagerProvider } from '@/lib/sync';
import { createAppUpdate } from '../client/app-update.ts';
import { App } from './app.tsx';
import { createPageClock } from './page-clock.ts';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { GlyphSprite } from './parts/glyph.tsx';
import { followSystemTheme } from './theme.ts';
import { ClockContext } from './use-clock.ts';
import './styles/index.css';

/** Never aborted: these live as long as the page. */
const life = new AbortController();

followSystemTheme(window, life.signal);
const clock = createPageClock(
  {
    now: () => Date.now(),
    setTimeout: (callback, ms) => window.setTimeout(callback, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    visibility: document,
  },
  life.signal,
);
const update = createAppUpdate({ serviceWorker: import.meta.env.PROD ? '/sw.js' : null }, life.signal);

const root = document.getElementById('root');
if (!root) throw new TypeError('The page has no element with the id root');
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary reload={() => location.reload()}>
      <ClockContext value={clock}>
        <GlyphSprite />
        <SyncManagerProvider>
          <App update={update} />
        </SyncManagerProvider>
      </ClockContext>
    </ErrorBoundary>
  </StrictMode>,
);
