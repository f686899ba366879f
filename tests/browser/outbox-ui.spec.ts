// Writes as people live through them in the built application: without a network, in two tabs, over a reload; changed by two; refused. The server's
// own count says what was done.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expectClean } from '../support/axe.ts';
import { expect, test, type Stage } from '../support/browser-test.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { MANAGER, TENANT } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** A waiting order, the page of it, and somebody else who uses the same branch from outside. */
async function setUp(stage: Stage) {
  const server = await stage.server({ distDir: DIST });
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const other = await server.signIn(MANAGER);
  const { documents } = await other.snapshot();
  const order = documents.find(({ collection, doc }) => collection === 'orders' && doc['stage'] === 'initiated');
  if (!order) throw new Error('The demo has no waiting order');
  const { plate } = order.doc as { readonly plate: string };
  const page = await browser.context().newPage();
  await page.setViewportSize({ width: 1_280, height: 800 });
  await page.goto(`${proxy.url}/orders/${order.id}`);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.locator('.indicator')).toContainText('Live');
  // All code is on the device: what comes next comes without a network.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const applied = () => server.applies(TENANT).filter(({ outcome }) => outcome === 'applied').length;
  return { server, proxy, browser, other, page, order, plate, applied };
}

function goOffline(proxy: FaultProxy): void {
  proxy.rule('/', { do: 'refuse' });
  proxy.drop('/');
}

async function writeNote(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: /^(Write a note|Change note)$/ }).click();
  await page.locator('.note-field').fill(text);
  await page.getByRole('button', { name: /^Save note/ }).click();
  await expect(page.locator('.note-field')).toHaveCount(0);
}

test('[OBU1] written without a network it shows in every tab and after a reload, and is done once when the network is back', async ({ stage }) => {
  const { proxy, browser, page, order, plate, applied } = await setUp(stage);
  const second = await browser.context().newPage();
  await second.goto(`${proxy.url}/orders/${order.id}`);
  await expect(second.getByRole('heading', { level: 1, name: plate })).toBeVisible();
  goOffline(proxy);
  await expect(page.locator('.indicator')).toContainText('Offline');

  await writeNote(page, 'Left mirror is loose.');
  await page.getByRole('button', { name: 'Start washing' }).click();
  await expect(page.locator('.step.is-now')).toContainText('Washing');
  await expect(page.locator('.order-unsent')).toContainText('2 waiting to send');
  await expect(page.getByRole('region', { name: 'Notifications' }).getByText(`${plate} started. Waiting to send.`)).toBeVisible();
  await expect(second.getByText('Left mirror is loose.')).toBeVisible();
  await expect(second.locator('.step.is-now')).toContainText('Washing');
  await expect(second.locator('.indicator-unsent')).toContainText('2');

  await page.reload();
  await expect(page.getByText('Left mirror is loose.')).toBeVisible();
  await expect(page.locator('.step.is-now')).toContainText('Washing');
  await page.getByRole('button', { name: 'Outbox, 2 entries' }).click();
  const sheet = page.getByRole('dialog', { name: 'Outbox' });
  await expect(sheet.getByRole('region', { name: /^Waiting to send/ }).getByRole('listitem')).toHaveCount(2);
  expect(applied()).toBe(0);

  proxy.heal();
  // It goes out by itself as well when the connection is back: the button is off once there is nothing left to send.
  await sheet
    .getByRole('button', { name: 'Send now' })
    .click({ timeout: 3_000 })
    .catch(() => undefined);
  await expect(sheet).toContainText('Everything is sent.', { timeout: 40_000 });
  expect(applied()).toBe(2);
  await expect(second.locator('.order-unsent')).toHaveCount(0);
  await expect(second.locator('.step.is-now')).toContainText('Washing');
});

test('[OBU2] what two changed is shown to the one who came second, with mine, theirs and before, and becomes what that person chooses', async ({ stage }) => {
  const { proxy, other, page, order, plate, applied } = await setUp(stage);
  goOffline(proxy);
  await expect(page.locator('.indicator')).toContainText('Offline');
  await writeNote(page, 'From the bay.');
  await other.edit(order.id, 'From the office.');
  proxy.heal();
  await expect(page.locator('.order-needs-you')).toContainText('Dilani changed the note too.', { timeout: 45_000 });
  // It stays on the screen until somebody has decided.
  await expect(page.locator('.order-note')).toContainText('From the bay.');
  await page.locator('.order-needs-you').getByRole('button', { name: 'Choose' }).click();
  const dialog = page.getByRole('dialog', { name: 'The note was changed twice' });
  await expect(dialog).toContainText(plate);
  await expect(dialog.getByRole('button', { name: 'Save this' })).toBeDisabled();
  await expect(dialog.getByRole('radio', { name: /^Dilani, \d\d:\d\d/ })).toBeVisible();
  await expect(dialog).toContainText('From the office.');
  await dialog.getByRole('radio', { name: 'Other' }).check();
  await dialog.getByLabel('Other note').fill('From both.');
  await dialog.getByRole('button', { name: 'Save this' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator('.order-unsent')).toHaveCount(0);
  await expect(page.locator('.order-note')).toHaveText('From both.');
  // The other's edit isn't counted: it came from outside.
  await expect.poll(applied).toBe(1);
});

test('[OBU3] what the server refuses stays with its reason, is corrected in its place and then done', async ({ stage }) => {
  const { page, applied } = await setUp(stage);
  await page.getByRole('button', { name: /^(Write a note|Change note)$/ }).click();
  await page.locator('.note-field').evaluate((field: HTMLTextAreaElement) => field.removeAttribute('maxlength'));
  await page.locator('.note-field').fill('x'.repeat(2_001));
  await page.getByRole('button', { name: /^Save note/ }).click();
  await expect(page.locator('.order-needs-you')).toContainText('Refused');
  await expect(page.getByRole('button', { name: 'Outbox, 1 entry, 1 needs you' })).toBeVisible();
  await page.locator('.order-needs-you').getByRole('button', { name: 'See' }).click();
  const sheet = page.getByRole('dialog', { name: 'Outbox' });
  await sheet.getByRole('button', { name: 'Discard' }).click();
  await expect(sheet.getByRole('button', { name: 'Keep' })).toBeFocused();
  await sheet.getByRole('button', { name: 'Keep' }).click();
  await sheet.getByRole('button', { name: 'Edit' }).click();
  await sheet.getByLabel('New note').fill('Short enough.');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await expect(sheet).toContainText('Everything is sent.');
  await page.keyboard.press('Escape');
  await expect(page.locator('.order-note')).toHaveText('Short enough.');
  expect(applied()).toBe(1);
});

test('[AXE1] [TST6] @extended the outbox and a choice have no fault that axe finds, and a toast over them is reached', async ({ stage }) => {
  const { proxy, other, page, order } = await setUp(stage);
  goOffline(proxy);
  await expect(page.locator('.indicator')).toContainText('Offline');
  await writeNote(page, 'From the bay.');
  await other.edit(order.id, 'From the office.');
  proxy.heal();
  await expect(page.locator('.order-needs-you')).toBeVisible({ timeout: 45_000 });
  goOffline(proxy);
  await expect(page.locator('.indicator')).toContainText('Offline');
  await page.goto(`${proxy.url}/?outbox`);
  const sheet = page.getByRole('dialog', { name: 'Outbox' });
  await expect(sheet.getByRole('listitem')).toHaveCount(1);
  await expectClean(page, 'outbox');
  await sheet.getByRole('button', { name: 'Choose' }).click();
  const choice = page.getByRole('dialog', { name: 'The note was changed twice' });
  await expect(choice.getByRole('radio')).toHaveCount(3);
  await expectClean(page, 'choice');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page
    .getByRole('button', { name: / ready$/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Outbox, 2 entries, 1 needs you' }).click();
  await expect(sheet.getByRole('listitem')).toHaveCount(2);
  // What was never tried is gone, what was tried is followed by its opposite: either way the toast in the sheet did it.
  await sheet.getByRole('button', { name: /^Undo/ }).click();
  await expect(sheet.getByRole('listitem')).not.toHaveCount(2);
});
