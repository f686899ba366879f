// `npm run screenshots`: the real application on the real server with demo data, photographed screen by screen in three sizes and two themes
// into docs/screens, for people to look at and to compare with. It needs no more than `npm start` does; CI does not run it.
//
//   npm run screenshots                     everything
//   npm run screenshots -- board orders     these screens
//   SIZES=phone THEMES=dark OUT=/tmp/look npm run screenshots
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withPalette } from './png-palette.mjs';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { launchOptions } = await import('./find-browser.mjs');
const { serveBuild, signInByForm } = await import('./serve-build.mjs');
const { STATES } = await import('./screenshot-states.mjs');
const { createFaultProxy } = await import('../tests/support/fault-proxy.ts');

const FOLDER = resolve(root, process.env.OUT ?? 'docs/screens');
/** The first is the tablet of a bay, for which the screens are drawn; the others are a usual phone and a usual desktop. */
const SIZES = { tablet: { width: 1_280, height: 800 }, phone: { width: 390, height: 844 }, desktop: { width: 1_440, height: 900 } };
/** What a browser shows before it installs: copies of two of the pictures, beside the manifest that names them. */
const FOR_MANIFEST = { 'board-tablet-light.png': 'board-wide.png', 'board-phone-light.png': 'board-narrow.png' };

const isChosen = (name, list) => !list || list.split(',').includes(name);
const sizes = Object.entries(SIZES).filter(([name]) => isChosen(name, process.env.SIZES));
const themes = ['light', 'dark'].filter((name) => isChosen(name, process.env.THEMES));
const chosen = process.argv.slice(2);

const at = (path) => (page) => page.goto(`${proxy.url}${path}`);
const firstOrder = async (page) => {
  await page.goto(`${proxy.url}/orders?stage=washing`);
  await page.locator('.order-row').first().click();
  await page.locator('.stepper').waitFor();
};
const newOrder = async (page) => {
  await page.goto(`${proxy.url}/orders`);
  await page
    .getByRole('button', { name: 'New order' })
    .or(page.getByRole('button', { name: 'New', exact: true }))
    .first()
    .click();
  await page.getByRole('dialog', { name: 'New order' }).waitFor();
};
const keys = async (page) => {
  await page.goto(`${proxy.url}/orders`);
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
  { name: 'realtime', open: at('/realtime') },
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

mkdirSync(FOLDER, { recursive: true });
mkdirSync(resolve(root, 'public/screenshots'), { recursive: true });
const server = await serveBuild({ env: { DEMO_TRAFFIC: 'on', DEMO_RATE: '1' } });
const proxy = await createFaultProxy({ target: server.url });
const browser = await chromium.launch(launchOptions());
try {
  for (const [size, viewport] of sizes) for (const theme of themes) await photograph(size, viewport, theme);
} finally {
  await browser.close();
  await proxy.close();
  await server.dispose();
}

/** A device of its own for each size and theme: everything that a person would see from the first visit on. */
async function photograph(size, viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', hasTouch: size !== 'desktop', isMobile: size !== 'desktop' });
  const page = await context.newPage();
  const wanted = (list) => list.filter(({ name, only }) => (chosen.length === 0 || chosen.includes(name)) && (!only || only.includes(size)));
  const shoot = (name) => take(page, `${name}-${size}-${colorScheme}.png`);
  await page.goto(proxy.url);
  await page.getByLabel('E-mail').waitFor();
  if (wanted([{ name: 'sign-in' }]).length > 0) await shoot('sign-in');
  await signInByForm(page);
  const isIn = (state) => page.locator(`.indicator[data-state="${state}"]`).waitFor({ timeout: 60_000 });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  for (const { name, open } of wanted(LIVE)) {
    await open(page);
    await isIn('live');
    await shoot(name);
  }
  const offline = wanted(OFFLINE);
  if (offline.length > 0) {
    await page.goto(proxy.url);
    await isIn('live');
    proxy.rule('/', { do: 'refuse' });
    proxy.drop('/');
    await isIn('offline');
    for (const { name, open } of offline) {
      await open(page);
      await isIn('offline');
      await shoot(name);
    }
    proxy.heal();
    await isIn('live');
  }
  for (const { live, shows } of STATES) {
    const names = wanted(shows).map(({ name }) => name);
    const shootWanted = (name) => (names.includes(name) ? shoot(name) : Promise.resolve());
    if (names.length > 0) await live({ page, context, url: proxy.url, shoot: shootWanted, isIn, proxy, server });
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
