// `npm run screenshots`: the real application on the real server with demo data, photographed screen by screen in three sizes and two themes
// into docs/screens, for people to look at and to compare with. It needs no more than `npm start` does; CI does not run it.
//
//   npm run screenshots                     everything
//   npm run screenshots -- board orders     these screens
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { BROWSER_ARGS, findBrowser } = await import('./find-browser.mjs');
const { runNode, stopChild } = await import('./run-child.mjs');

const PORT = Number(process.env.PORT ?? 4_199);
const URL_OF_APP = `http://127.0.0.1:${PORT}`;
const FOLDER = resolve(root, 'docs/screens');
/** UX.md names the first; the others are a usual phone and a usual desktop. */
const SIZES = { tablet: { width: 1_280, height: 800 }, phone: { width: 390, height: 844 }, desktop: { width: 1_440, height: 900 } };
const THEMES = ['light', 'dark'];
const PERSON = { email: 'dilani@nugegoda.lagooncarcare.example', password: 'holdfast-demo' };

/** Screens of a signed-in person; `open` goes on from the board. */
const SCREENS = {
  board: (page) => page.goto(`${URL_OF_APP}/`),
  orders: (page) => page.goto(`${URL_OF_APP}/orders`),
  order: async (page) => {
    await page.goto(`${URL_OF_APP}/orders?stage=in_progress`);
    await page.locator('a[href^="/orders/"]').first().click();
  },
  dashboard: (page) => page.goto(`${URL_OF_APP}/dashboard`),
  settings: (page) => page.goto(`${URL_OF_APP}/settings`),
  debug: (page) => page.goto(`${URL_OF_APP}/debug`),
};

const chosen = process.argv.slice(2);
const wants = (name) => chosen.length === 0 || chosen.includes(name);
const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-screens-'));
mkdirSync(FOLDER, { recursive: true });

const built = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']).ended;
if (built !== 0) process.exit(built);
const server = runNode(['server/main.ts'], { env: { PORT: String(PORT), DATA_DIR: dataDir, DEMO_RATE: '1' } });
const executablePath = findBrowser();
const browser = await chromium.launch({ args: [...BROWSER_ARGS], ...(executablePath ? { executablePath } : {}) });
try {
  await untilServed();
  for (const [size, viewport] of Object.entries(SIZES)) for (const theme of THEMES) await photograph(size, viewport, theme);
} finally {
  await browser.close();
  stopChild(server.child);
  await server.ended;
  rmSync(dataDir, { recursive: true, force: true });
}

/** A device of its own for each size and theme: everything that a person would see from the first visit on. */
async function photograph(size, viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', hasTouch: size !== 'desktop', isMobile: size === 'phone' });
  const page = await context.newPage();
  const shoot = async (name) => {
    // Toasts, first paints and lazily loaded plots settle; a picture is no test, so a fixed wait will do.
    await page.waitForTimeout(1_200);
    await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
    console.log(`${name}-${size}-${colorScheme}.png`);
  };
  await page.goto(URL_OF_APP);
  await page.getByLabel('E-mail').waitFor();
  if (wants('sign-in')) await shoot('sign-in');
  await page.getByLabel('E-mail').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.indicator', { hasText: 'Live' }).waitFor();
  for (const [name, open] of Object.entries(SCREENS).filter(([screen]) => wants(screen))) {
    await open(page);
    await page.locator('.indicator', { hasText: 'Live' }).waitFor();
    await shoot(name);
  }
  if (wants('board')) {
    await page.goto(URL_OF_APP);
    await page.locator('.indicator', { hasText: 'Live' }).waitFor();
    await context.setOffline(true);
    await page.route('**/api/**', (route) => route.abort());
    await cutStreams();
    await page.locator('.indicator', { hasText: 'Offline' }).waitFor({ timeout: 60_000 });
    await shoot('board-offline');
  }
  await context.close();
}

/** A page that is offline by emulation keeps the stream of its worker: the server ends it, and is gone until the picture is taken. */
async function cutStreams() {
  server.child.kill('SIGSTOP');
  setTimeout(() => server.child.kill('SIGCONT'), 50_000);
}

async function untilServed() {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await fetch(`${URL_OF_APP}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((wait) => setTimeout(wait, 200));
  }
  throw new Error(`The server did not come up on port ${PORT}.`);
}
