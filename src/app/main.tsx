// Starts the application: theme, clock, service worker, then the tree. Nothing else runs outside React.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SyncManagerProvider } from '@/lib/sync';
import { createAppUpdate } from '../client/app-update.ts';
import { isPageInUse, updateWhenIdle } from '../client/update-when-idle.ts';
import { App } from './app.tsx';
import { createPageClock } from './page-clock.ts';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import { GlyphSprite } from './parts/glyph.tsx';
import { createRouter } from './router.ts';
import { createSettingsStore, openSettingsRow } from './device-settings.ts';
import { createInstall } from './install.ts';
import { followTheme } from './theme.ts';
import { ClockContext } from './use-clock.ts';
import { DeviceSettingsContext } from './use-device-settings.ts';
import { InstallContext } from './use-install.ts';
import { RouterContext } from './use-visit.ts';
import './styles/index.css';

/** Never aborted: these live as long as the page. */
const life = new AbortController();

const settings = createSettingsStore({ open: openSettingsRow, bus: new BroadcastChannel('holdfast-app') }, life.signal);
followTheme(window, settings.settings, life.signal);
const install = createInstall(window, life.signal);
const clock = createPageClock(
  {
    now: () => Date.now(),
    setTimeout: (callback, ms) => window.setTimeout(callback, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    visibility: document,
  },
  life.signal,
);
const router = createRouter(window, life.signal);
const update = createAppUpdate({ serviceWorker: import.meta.env.PROD ? '/sw.js' : null }, life.signal);
updateWhenIdle(update, { isBusy: () => isPageInUse(document) }, life.signal);

const root = document.getElementById('root');
if (!root) throw new TypeError('The page has no element with the id root');
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary reload={() => location.reload()}>
      <ClockContext value={clock}>
        <RouterContext value={router}>
          <DeviceSettingsContext value={settings}>
            <InstallContext value={install}>
              <GlyphSprite />
              <SyncManagerProvider>
                <App update={update} />
              </SyncManagerProvider>
            </InstallContext>
          </DeviceSettingsContext>
        </RouterContext>
      </ClockContext>
    </ErrorBoundary>
  </StrictMode>,
);
