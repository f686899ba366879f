// The built application with its service worker: what it shows when it is opened while the server is away. It needs `dist`.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

test('[BRW10] with the server away the application opens with the last known board, says Offline and since when, and is Live when the server is back', async ({
  stage,
}) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await signIn(page, server.url);
  await expect(indicator(page)).toContainText('Live');
  await expect(bays(page)).toHaveCount(6);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const names = await namesOf(page);
  await server.stop();

  const anew = await browser.context().newPage();
  await anew.goto(server.url);
  await expectLastKnown(anew, names);
  await browser.kill();
  await browser.launch();
  const restarted = await browser.context().newPage();
  const openedAt = performance.now();
  await restarted.goto(`${server.url}/board`);
  await expectLastKnown(restarted, names);
  stage.note('last known board after a restart of the browser, ms', Math.round(performance.now() - openedAt));

  await server.start();
  const backAt = performance.now();
  // The first poll that is answered brings a stream with it: nobody waits for the breaker's 30 s.
  await expect(indicator(restarted)).toContainText('Live', { timeout: 25_000 });
  stage.note('Live after the server was back, ms', Math.round(performance.now() - backAt));
  await expect(restarted.getByText('As it was at')).toHaveCount(0);
  expect(await namesOf(restarted)).toEqual(names);
});

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function expectLastKnown(page: Page, names: readonly string[]): Promise<void> {
  await expect(bays(page)).toHaveCount(6);
  await expect(indicator(page)).toContainText('Offline');
  await expect(indicator(page)).toContainText(/since \d\d:\d\d/);
  await expect(page.getByText('As it was at').first()).toBeVisible();
  // Where a bay says "may be done", time alone has changed it: plates and numbers are what must be the same.
  expect(await namesOf(page)).toEqual(names);
}

function indicator(page: Page) {
  return page.locator('.indicator');
}

function bays(page: Page) {
  return page.getByRole('region', { name: /^Bay \d/ });
}

/** Number and plate of each bay, as a screen reader hears them. */
async function namesOf(page: Page): Promise<string[]> {
  const labels = await bays(page).evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label') ?? ''));
  return labels.map((label) => [...label.matchAll(/Bay \d+|[A-Z]{2,3} \d{4}/g)].map(([text]) => text).join(' '));
}
