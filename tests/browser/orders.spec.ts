// The built application's list and page of orders, as somebody uses them: find a car, move it on, take that back, return; and without a network.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

test('[ORD8] a car is found, moved on, moved back and left where the list stood; without a network all stays readable and says so', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.setViewportSize({ width: 1_280, height: 800 });
  await page.goto(server.url);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.locator('.indicator')).toContainText('Live');
  await page.getByRole('link', { name: 'Orders' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Orders' })).toBeFocused();
  await expect(page).toHaveTitle('Orders · Holdfast');
  await page.getByRole('link', { name: /^Waiting \d/ }).click();
  await expect(page).toHaveURL(/stage=waiting/);
  const plate = (await page.locator('.order-row .plate').first().textContent()) ?? '';
  await page.keyboard.press('/');
  await page.keyboard.type(plate.replace(' ', '').toLowerCase());
  await expect(page.locator('.order-row')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('.order-row')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: plate })).toBeFocused();

  await page.getByRole('button', { name: 'More steps' }).click();
  await page.getByRole('button', { name: `Cancel order ${plate}` }).click();
  await expect(page.getByText('Cancelled: No reason given')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.step.is-now')).toContainText('Waiting');
  await expect(page.locator('.history-line').first()).toContainText('You took it back to the queue');
  await expect(page.locator('.history-line').nth(1)).toContainText('You cancelled it');
  await page.getByRole('link', { name: 'Orders' }).first().click();
  await page
    .getByRole('main')
    .getByRole('link', { name: /^Waiting \d/ })
    .click();
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: plate })).toBeVisible();
  await page.locator('.back-link').click();
  await expect(page).toHaveURL(new RegExp(`stage=waiting&q=`));
  await expect(page.locator('.order-row')).toHaveAttribute('aria-current', 'true');

  await server.stop();
  await expect(page.locator('.indicator')).toContainText('Offline');
  await expect(page.getByText('As it was at')).toBeVisible();
  await page.locator('.order-row').click();
  await page.getByRole('button', { name: 'More steps' }).click();
  // It is out of reach and says so; Playwright would wait until it isn't.
  await page.getByRole('button', { name: `Cancel order ${plate}` }).click({ force: true });
  await expect(page.getByText('Needs a connection.').last()).toBeVisible();
  await expect(page.locator('.step.is-now')).toContainText('Waiting');
  await expectFits(page);
});

/** At 320 px nothing is wider than the screen, on either page. */
async function expectFits(page: Page): Promise<void> {
  await page.setViewportSize({ width: 320, height: 720 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.goBack();
  await expect(page.locator('.order-row').first()).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
}
