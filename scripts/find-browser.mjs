// Finds the Chromium that tests and the icon renderer drive. It installs nothing: that is ensure-browser.
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

/** Flags for every run: no sandbox for root (it refuses otherwise), and nothing that talks to the outside by itself. */
export const BROWSER_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What Playwright needs to start it: `chromium.launch(launchOptions())`. */
export function launchOptions() {
  const executablePath = findBrowser();
  return { args: [...BROWSER_ARGS], ...(executablePath ? { executablePath } : {}) };
}

/** Path of a Chromium: CHROMIUM_PATH, else the system's, else Playwright's own; null where there is none. */
export function findBrowser() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) return existsSync(asked) ? asked : null;
  return [...PLACES, chromium.executablePath()].find((path) => existsSync(path)) ?? null;
}
