// Light or dark as this device was set or as the system says, and high contrast over either. public/theme.js does the same before the first
// paint, from the mirror that is written here; from then on this follows the setting and the system.
import type { Topic } from '../client/topic.ts';
import type { DeviceSettings, Theme } from './device-settings.ts';

const DARK = '(prefers-color-scheme: dark)';
/** Known to public/theme.js too. */
const THEME_MIRROR = 'holdfast-app:theme';
const CANVAS = { light: '#F2F4F5', dark: '#0A0F12' };

/** What the page bears: `data-theme`, and `data-contrast` for high contrast. */
export function themeOf(wish: Theme, isSystemDark: boolean): { readonly theme: 'light' | 'dark'; readonly isContrast: boolean } {
  if (wish === 'light' || wish === 'dark') return { theme: wish, isContrast: false };
  return { theme: isSystemDark ? 'dark' : 'light', isContrast: wish === 'contrast' };
}

/** Keeps the page in step with the setting and the system until `signal` ends it. Before the setting is read the mirror holds. */
export function followTheme(page: Window, settings: Topic<Pick<DeviceSettings, 'theme'>>, signal: AbortSignal): void {
  const query = page.matchMedia(DARK);
  let wish = readMirror(page) ?? settings.getSnapshot().theme;
  const apply = () => show(page.document, themeOf(wish, query.matches));
  apply();
  query.addEventListener('change', apply, { signal });
  const end = settings.subscribe(() => {
    wish = settings.getSnapshot().theme;
    writeMirror(page, wish);
    apply();
  });
  signal.addEventListener('abort', end, { once: true });
}

function show(document: Document, { theme, isContrast }: ReturnType<typeof themeOf>): void {
  const { dataset } = document.documentElement;
  dataset['theme'] = theme;
  if (isContrast) dataset['contrast'] = 'more';
  else delete dataset['contrast'];
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.setAttribute('content', CANVAS[theme]);
}

/** A browser that keeps nothing shows the system's theme until the setting is read. */
function readMirror(page: Window): Theme | null {
  try {
    const found = page.localStorage.getItem(THEME_MIRROR);
    return found === 'light' || found === 'dark' || found === 'contrast' ? found : null;
  } catch {
    return null;
  }
}

function writeMirror(page: Window, theme: Theme): void {
  try {
    if (theme === 'system') page.localStorage.removeItem(THEME_MIRROR);
    else page.localStorage.setItem(THEME_MIRROR, theme);
  } catch {
    // The setting itself is in the database; only the first paint may be in the system's colours.
  }
}
