// Two people with a browser each at one order of the built application: they see each other, one edits and the other can't, the editing browser is killed,
// and the order is free again when the lease is over. A notification comes through the service worker and opens the order.
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { MANAGER, WORKER } from '../support/page-probes.ts';
import { PASSWORD, type RestUser } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const LEASE_MS = 3_000;

async function openOrder(context: BrowserContext, url: string, email: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.locator('.team-people')).toBeVisible();
  return page;
}

declare global {
  interface Window {
    tones: number;
  }
}

/** Runs in every tab before the application: a ring is two tones. */
function countTones(): void {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...times) {
    window.tones += 1;
    return start.apply(this, times);
  };
}

const note = (page: Page) => page.getByRole('button', { name: /^(Write a|Change) note$/ });

test('[TEA6] [TEA8] two people see each other at an order; while one edits the other waits; the editing browser is killed and the order is free with its lease', async ({
  stage,
}) => {
  test.setTimeout(60_000);
  const server = await stage.server({ distDir: DIST, env: { LEASE_MS: String(LEASE_MS) } });
  const user = await server.signIn(MANAGER);
  const [orderId = ''] = await user.orders();
  const [first, second] = await Promise.all([stage.browser(server.url), stage.browser(server.url)]);
  await second.context().addInitScript(countTones);
  const writeFromElsewhere = async () => {
    const headers = { ...user.credentials, 'content-type': 'application/json', 'sync-device': 'another' };
    const body = JSON.stringify({ notes: 'from elsewhere' });
    return (await fetch(`${server.url}/api/v1/orders/${orderId}`, { method: 'PATCH', headers, body })).status;
  };
  const url = `${server.url}/orders/${orderId}`;
  const [dilani, nimal] = await Promise.all([openOrder(first.context(), url, MANAGER), openOrder(second.context(), url, WORKER)]);
  await expect(nimal.locator('.team-people')).toContainText('Dilani is here');
  await expect(dilani.locator('.team-people')).toContainText('Nimal is here');

  await note(dilani).click();
  await dilani.keyboard.type('Scratch on the left');
  await expect(nimal.locator('.team-people')).toContainText('Dilani is typing');
  await expect(nimal.locator('.team-lock')).toContainText('Dilani is editing this order.');
  await expect(note(nimal)).toBeDisabled();
  expect(await writeFromElsewhere()).toBe(423);

  await first.kill();
  const killedAt = performance.now();
  await expect(note(nimal)).toBeEnabled({ timeout: 2 * LEASE_MS + 5_000 });
  stage.note('free again after, ms', Math.round(performance.now() - killedAt));
  await expect(nimal.locator('.team-lock')).toBeHidden();
  await note(nimal).click();
  await nimal.keyboard.type('Mine now');
  const holder = async () => {
    const answer = await fetch(`${server.url}/api/v1/presence?orderID=${orderId}`, { headers: user.credentials });
    return ((await answer.json()) as { lock: { user: string } | null }).lock?.user;
  };
  await expect.poll(holder).toBe('nimal');
  expect(await writeFromElsewhere()).toBe(423);
  await getsNotified(second.context(), nimal, server.url);
  await ringsOnce(second.context(), nimal, server.url, user);
});

/** The worker is woken by the browser as a push service would; what it shows is asked of the browser. */
async function getsNotified(context: BrowserContext, page: Page, url: string): Promise<void> {
  await context.grantPermissions(['notifications'], { origin: url });
  const scope = await page.evaluate(async () => (await indexedDB.databases()).map(({ name = '' }) => /^holdfast:([0-9a-f]{16})/.exec(name)?.[1]).find(Boolean));
  const cdp = await context.newCDPSession(page);
  const registrationId = await new Promise<string>((resolve, reject) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [found] = registrations.filter(({ scopeURL }) => scopeURL.startsWith(url));
      if (found) resolve(found.registrationId);
    });
    cdp.send('ServiceWorker.enable').catch(reject);
  });
  const data = JSON.stringify({ v: 1, k: 'order-ready', scope, orderID: 'order-9', title: 'CAR 7710 is ready', body: 'Aqua' });
  const shown = () =>
    page.evaluate(async () => ((await (await navigator.serviceWorker.getRegistration())?.getNotifications()) ?? []).map(({ title, tag }) => `${title} ${tag}`));
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: url, registrationId, data });
  await expect.poll(shown).toEqual([`CAR 7710 is ready holdfast:${scope}:order:order-9`]);
}

/** [TEA8] Two tabs with sounds on, both touched, so that both could ring. */
async function ringsOnce(context: BrowserContext, first: Page, url: string, user: RestUser): Promise<void> {
  const second = await context.newPage();
  await second.goto(`${url}/settings`);
  await second.getByRole('switch', { name: /^Sound when a car is ready/ }).check();
  const { documents } = await user.snapshot();
  const order = documents.find(({ collection, doc }) => collection === 'orders' && doc['stage'] === 'in_progress');
  const tabs = [first, second];
  for (const tab of tabs) {
    await tab.goto(`${url}/orders/${order?.id}`);
    await tab.locator('.order-lead').click();
  }
  await second.waitForFunction(async () => (await navigator.locks.query()).held?.some(({ name }) => name?.endsWith('consumer:ready-sound')));
  const headers = { ...user.credentials, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/orders/${order?.id}/stage`, { method: 'POST', headers, body: JSON.stringify({ stage: 'ready' }) });
  expect(answer.status).toBe(200);
  const tones = async () => (await first.evaluate(() => window.tones)) + (await second.evaluate(() => window.tones));
  await expect.poll(tones).toBe(2);
  for (const tab of tabs) await expect(tab.locator('.step.is-now')).toContainText(/Ready|Paid/);
  expect(await tones()).toBe(2);
}
