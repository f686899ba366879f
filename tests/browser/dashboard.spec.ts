// The dashboard against the real server: its figures move when somebody pays elsewhere, its plots turn into tables, and what this device
// was set to holds over a reload.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { dayFigures, moneyFigures, readDay } from '../../src/domain/figures.ts';
import type { HeldDocument } from '../../src/domain/selectors.ts';
import { PATHS, type Snapshot } from '../../src/protocol/http.ts';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Live').first()).toBeVisible();
}

/** The server's documents, as the page's functions read them. */
function dayOf({ documents }: Snapshot) {
  const held = (name: string) => new Map(documents.filter(({ collection }) => collection === name).map((row): [string, HeldDocument] => [row.id, row]));
  return readDay({ orders: held('orders'), queues: held('queues'), bays: held('bays'), jobs: held('jobs'), payments: held('payments') }, Date.now());
}

declare global {
  interface Window {
    themesShown: (string | undefined)[];
  }
}

/** Runs before anything of the page. */
function noteThemes(): void {
  window.themesShown = [];
  new MutationObserver(() => window.themesShown.push(document.documentElement.dataset['theme'])).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ['data-theme'],
  });
}

/** Another person's device, which knows nothing of this browser. */
async function payElsewhere(url: string, orderId: string): Promise<void> {
  const origin = { origin: url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const session = await fetch(url + PATHS.session, { method: 'POST', headers: origin, body: JSON.stringify({ email: MANAGER, password: PASSWORD }) });
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const headers = { ...origin, cookie, 'idempotency-key': randomUUID() };
  const answer = await fetch(`${url}/api/v1/orders/${orderId}/payment`, { method: 'POST', headers, body: JSON.stringify({ method: 'cash' }) });
  if (!answer.ok) throw new Error(`payment of ${orderId}: ${answer.status} ${await answer.text()}`);
}

const rupees = (amount: number): string => `Rs ${new Intl.NumberFormat('en').format(amount)}`;

test('[DSH1] figures move live when an order is paid elsewhere, a plot turns into its table, and polling chosen here is kept over a reload', async ({
  stage,
}) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await signIn(page, server.url);
  await page.getByRole('link', { name: 'Dashboard' }).click();
  const dilani = await server.signIn(MANAGER);
  const before = moneyFigures(dayOf(await dilani.snapshot()));
  const revenue = page.locator('.figure', { hasText: 'Revenue' });
  await expect(revenue).toContainText(rupees(before.taken));
  await expect(revenue).toContainText(`${rupees(before.due)} not paid yet`);

  // Drawn by the canvas, not the stand-in table, and not again while nothing changes.
  const plot = page.locator('.plot').first();
  await expect(plot.locator('canvas')).toBeVisible();
  const pictures = () => page.locator('.plot').evaluateAll((plots) => plots.map((one) => Number((one as HTMLElement).dataset['drawn'])));
  await expect.poll(async () => (await pictures()).every((count) => count > 0)).toBe(true);
  const drawn = await pictures();

  const snapshot = await dilani.snapshot();
  const ready = snapshot.documents.find(({ collection, doc }) => collection === 'orders' && doc?.['stage'] === 'ready');
  await dilani.edit(ready?.id ?? '', 'A note changes no figure.');
  await payElsewhere(server.url, ready?.id ?? '');
  const after = moneyFigures(dayOf(await dilani.snapshot()));
  expect(after.taken).toBeGreaterThan(before.taken);
  await expect(revenue).toContainText(rupees(after.taken));
  await expect(page.locator('.figure', { hasText: 'Cars finished' })).toContainText(String(dayFigures(dayOf(await dilani.snapshot())).finished));
  // The revenue changed, the cars did not.
  await expect.poll(async () => (await pictures())[1]).toBe((drawn[1] ?? 0) + 1);
  expect((await pictures())[0]).toBe(drawn[0]);

  await page.getByRole('button', { name: 'Revenue per hour, as a table' }).click();
  const rows = page.getByRole('table', { name: 'Revenue per hour' }).getByRole('row');
  await expect(rows.filter({ hasText: 'so far' })).toContainText('Rs');

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Dark', exact: true }).check();
  await page.getByRole('radio', { name: /^Only by asking/ }).check();
  await expect(page.locator('.indicator')).toContainText('Polling');
  await page.addInitScript(noteThemes);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Dark', exact: true })).toBeChecked();
  // Never in the system's colours, not even before the application ran.
  expect(new Set(await page.evaluate(() => window.themesShown))).toEqual(new Set(['dark']));
  await expect(page.getByRole('radio', { name: /^Only by asking/ })).toBeChecked();
  await expect(page.locator('.indicator')).toContainText('Polling');
  await page.getByRole('radio', { name: /^Live/ }).check();
  await expect(page.locator('.indicator')).toContainText('Live');
  expect(errors).toEqual([]);
});

test('[DBG3] sync details mark the present state, count this tab, and leave a file without a plate', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.setViewportSize({ width: 1_280, height: 800 });
  await signIn(page, server.url);
  const plate = (await page.locator('.bay-plate').first().textContent()) ?? '';
  expect(plate).toMatch(/\d{4}$/);
  await page.locator('.indicator').click();
  await page.getByRole('link', { name: 'Sync details' }).click();
  await expect(page.locator('.hf-node.hf-present')).toHaveText('Live');
  await expect(page.getByRole('region', { name: 'Engine' })).toContainText('shared, 1 tab');
  await expect(page.getByRole('table').getByRole('row', { name: /this tab visible/ })).toBeVisible({ timeout: 20_000 });
  await expect(page.locator('.hf-row').first()).toBeVisible();
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await file).createReadStream()) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  expect(JSON.parse(text)).toMatchObject({ holdfast: 'debug', health: { status: 'healthy' }, storage: { documents: { rows: expect.any(Number) } } });
  for (const word of [plate, plate.slice(-4), 'Dilani', 'dilani', 'nugegoda']) expect(text).not.toContain(`${word}"`);
  expect(text).not.toContain(plate);
});
