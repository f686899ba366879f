// `npm run screenshots`: the real application on the real server with demo data, photographed screen by screen in three sizes and two themes
// into docs/screens, for people to look at and to compare with. It needs no more than `npm start` does; CI does not run it.
//
//   npm run screenshots                     everything
//   npm run screenshots -- board orders     these screens
//   SIZES=phone THEMES=dark OUT=/tmp/look npm run screenshots
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withPalette } from './png-palette.mjs';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { BROWSER_ARGS, findBrowser } = await import('./find-browser.mjs');
const { runNode, stopChild } = await import('./run-child.mjs');

const PORT = Number(process.env.PORT ?? 4_199);
const URL_OF_APP = `http://127.0.0.1:${PORT}`;
const FOLDER = resolve(root, process.env.OUT ?? 'docs/screens');
/** UX.md names the first; the others are a usual phone and a usual desktop. */
const SIZES = { tablet: { width: 1_280, height: 800 }, phone: { width: 390, height: 844 }, desktop: { width: 1_440, height: 900 } };
/** What a browser shows before it installs: copies of two of the pictures, beside the manifest that names them. */
const FOR_MANIFEST = { 'board-tablet-light.png': 'board-wide.png', 'board-phone-light.png': 'board-narrow.png' };
const PERSON = { email: 'dilani@nugegoda.lagooncarcare.example', password: 'holdfast-demo' };

const isChosen = (name, list) => !list || list.split(',').includes(name);
const sizes = Object.entries(SIZES).filter(([name]) => isChosen(name, process.env.SIZES));
const themes = ['light', 'dark'].filter((name) => isChosen(name, process.env.THEMES));
const chosen = process.argv.slice(2);

const at = (path) => (page) => page.goto(`${URL_OF_APP}${path}`);
const firstOrder = async (page) => {
  await page.goto(`${URL_OF_APP}/orders?stage=washing`);
  await page.locator('.order-row').first().click();
  await page.locator('.stepper').waitFor();
};
const newOrder = async (page) => {
  await page.goto(`${URL_OF_APP}/orders`);
  await page
    .getByRole('button', { name: 'New order' })
    .or(page.getByRole('button', { name: 'New', exact: true }))
    .first()
    .click();
  await page.getByRole('dialog', { name: 'New order' }).waitFor();
};
const keys = async (page) => {
  await page.goto(`${URL_OF_APP}/orders`);
  await page.locator('.order-row').first().waitFor();
  await page.keyboard.press('?');
};

/** What a signed-in person sees while all is well. `only` names the sizes where a screen has something of its own to show. */
const LIVE = [
  { name: 'board', open: at('/') },
  { name: 'orders', open: at('/orders') },
  { name: 'orders-none', open: at('/orders?q=CBX+99'), only: ['phone', 'tablet'] },
  { name: 'order', open: firstOrder },
  { name: 'new-order', open: newOrder },
  { name: 'dashboard', open: at('/dashboard') },
  { name: 'settings', open: at('/settings') },
  { name: 'debug', open: at('/debug') },
  { name: 'not-found', open: at('/nowhere'), only: ['phone', 'tablet'] },
  { name: 'keys', open: keys, only: ['desktop'] },
];
/** The same screens after the server went away: from disk, with their standing said. */
const OFFLINE = [
  { name: 'board-offline', open: at('/') },
  { name: 'orders-offline', open: at('/orders'), only: ['phone', 'tablet'] },
  { name: 'order-offline', open: firstOrder, only: ['phone', 'tablet'] },
  { name: 'dashboard-offline', open: at('/dashboard'), only: ['desktop', 'phone'] },
];

const data = mkdtempSync(join(tmpdir(), 'holdfast-screens-'));
const dist = join(data, 'dist');
mkdirSync(FOLDER, { recursive: true });
mkdirSync(resolve(root, 'public/screenshots'), { recursive: true });
const built = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--outDir', dist, '--emptyOutDir']).ended;
if (built !== 0) process.exit(built);

let server = startServer();
const executablePath = findBrowser();
const browser = await chromium.launch({ args: [...BROWSER_ARGS], ...(executablePath ? { executablePath } : {}) });
try {
  for (const [size, viewport] of sizes) for (const theme of themes) await photograph(size, viewport, theme);
} finally {
  await browser.close();
  await stopServer();
  rmSync(data, { recursive: true, force: true });
}

/** A device of its own for each size and theme: everything that a person would see from the first visit on. */
async function photograph(size, viewport, colorScheme) {
  await untilServed();
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', hasTouch: size !== 'desktop', isMobile: size !== 'desktop' });
  const page = await context.newPage();
  const wanted = (list) => list.filter(({ name, only }) => (chosen.length === 0 || chosen.includes(name)) && (!only || only.includes(size)));
  const shoot = (name) => take(page, `${name}-${size}-${colorScheme}.png`);
  await page.goto(URL_OF_APP);
  await page.getByLabel('E-mail').waitFor();
  if (wanted([{ name: 'sign-in' }]).length > 0) await shoot('sign-in');
  await page.getByLabel('E-mail').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const isIn = (state) => page.locator(`.indicator[data-state="${state}"]`).waitFor({ timeout: 60_000 });
  await isIn('live');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  for (const { name, open } of wanted(LIVE)) {
    await open(page);
    await isIn('live');
    await shoot(name);
  }
  const offline = wanted(OFFLINE);
  if (offline.length > 0) {
    await page.goto(URL_OF_APP);
    await isIn('live');
    await stopServer();
    await isIn('offline');
    for (const { name, open } of offline) {
      await open(page);
      await isIn('offline');
      await shoot(name);
    }
    server = startServer();
  }
  await context.close();
}

async function take(page, name) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // Plots that are loaded when they are seen, and what is read from disk, settle: a picture is no test, so a fixed wait will do.
  await page.waitForTimeout(700);
  const picture = withPalette(await page.screenshot());
  writeFileSync(join(FOLDER, name), picture);
  if (!process.env.OUT && FOR_MANIFEST[name]) writeFileSync(resolve(root, 'public/screenshots', FOR_MANIFEST[name]), picture);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  console.log(wider > 0 ? `${name}  ${wider} px wider than the screen` : name);
}

function startServer() {
  return runNode(['server/main.ts'], { env: { PORT: String(PORT), DATA_DIR: data, DIST_DIR: dist, DEMO_RATE: '1' }, quiet: true });
}

async function stopServer() {
  stopChild(server.child);
  await server.ended;
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
