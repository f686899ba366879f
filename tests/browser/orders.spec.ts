// The built application's list and page of orders, as somebody uses them: find a car, move it on, take that back, return; and without a network.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

test('[ORD8] [APP13] a car is taken in, found, moved on, moved back and left where the list stood; without a network all stays readable and says so', async ({
  stage,
}) => {
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
  await walkRows(page);
  await writeNewOrder(page);
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
  await page.getByRole('button', { name: `Cancel order ${plate}` }).click();
  await expect(page.getByText('Waiting to send').first()).toBeVisible();
  await expect(page.getByText('Cancelled:')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
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

/** J and K go along the rows, and the row that has the focus is seen. */
async function walkRows(page: Page): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset') ?? null);
  for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
  await expect.poll(focused).toBe('2');
  await expect(page.locator('.order-row.is-selected')).toBeInViewport({ ratio: 1 });
}

/** [APP13] Closed by mistake it keeps its words; sent, it stands in the list and in the queue's order. */
async function writeNewOrder(page: Page): Promise<void> {
  const sheet = page.getByRole('dialog', { name: 'New order' });
  await page.keyboard.press('n');
  await expect(sheet.getByRole('heading', { name: 'New order' })).toBeFocused();
  await sheet.getByLabel('Plate').fill('zz 1234');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await page.keyboard.press('n');
  await expect(sheet.getByLabel('Plate')).toHaveValue('ZZ 1234');
  await sheet.getByRole('radio').first().check();
  await sheet.getByLabel('Customer').fill('Meera Herath');
  await page.keyboard.press('Enter');
  await expect(page.locator('.hf-toast')).toContainText('ZZ 1234 waits in the queue.');
  await expect(sheet).toBeHidden();
  await expect(page.locator('.order-row', { hasText: 'ZZ 1234' })).toContainText('Queue');
}
