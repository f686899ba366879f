// Photographs the preview: node tests/app/preview/shots.ts <folder> [scene ...]. Looks at every size in light and dark.
import { chromium, type BrowserContextOptions, type Page } from '@playwright/test';
import { createServer } from 'vite';
import { launchOptions } from '../../../scripts/find-browser.mjs';

const [folder = 'shots', ...wanted] = process.argv.slice(2);
const scenes = wanted.length > 0 ? wanted : ['live', 'offline', 'sign-in'];
const sizes = [
  { name: 'tablet', viewport: { width: 1280, height: 800 }, hasTouch: true, isMobile: true },
  { name: 'portrait', viewport: { width: 800, height: 1280 }, hasTouch: true, isMobile: true },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  { name: 'narrow', viewport: { width: 320, height: 720 }, hasTouch: true, isMobile: true },
  { name: 'forced', viewport: { width: 1280, height: 800 }, forcedColors: 'active', reducedMotion: 'reduce', hasTouch: true, isMobile: true },
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
] as const;

const server = await createServer({ configFile: `${import.meta.dirname}/vite.config.ts` });
await server.listen();
const browser = await chromium.launch(launchOptions());
const only = process.env['SIZES']?.split(',');
const themes = (process.env['THEMES'] ?? 'light,dark').split(',').map((theme) => (theme === 'dark' ? 'dark' : 'light'));
for (const { name, ...size } of sizes.filter((candidate) => !only || only.includes(candidate.name))) {
  for (const colorScheme of themes) await shootAll(name, colorScheme, { ...size, colorScheme, deviceScaleFactor: name === 'phone' ? 2 : 1.5 });
}
await browser.close();
await server.close();

async function shootAll(name: string, theme: string, options: BrowserContextOptions): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(name, error.message));
  page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()));
  // The development server injects styles too late for `optional`: a picture must not depend on that race.
  await page.route(/index\.css/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('font-display: optional', 'font-display: block') });
  });
  for (const scene of scenes) await shoot(page, scene, `${folder}/${scene}-${name}-${theme}.png`);
  await context.close();
}

/** `scene+popover` and `scene+person` open what is named. */
async function shoot(page: Page, scene: string, path: string): Promise<void> {
  const [base = 'live', extra] = scene.split('+');
  await page.goto(`http://localhost:24173/?scene=${base}`);
  await page.waitForSelector('h1');
  await page.evaluate(() => document.fonts.ready);
  if (extra === 'popover') await page.click('.indicator');
  if (extra === 'person') await page.click('.person-button');
  await page.waitForTimeout(600);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) console.error(`${path}: ${overflow} px wider than the screen`);
  await page.screenshot({ path, fullPage: process.env['FULL'] === '1' });
}
