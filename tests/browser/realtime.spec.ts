// Documents 003 and 004 with two people: one looks at the live overview, the other writes as the documents say; then the other way round.
import { fileURLToPath } from 'node:url';
import { PATHS } from '../../src/protocol/http.ts';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

test('[CHN8] the live overview shows what another device does, and what is done in it is shown at once and done', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${server.url}/realtime`);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  const connection = page.getByRole('region', { name: 'Connection' });
  await expect(connection.getByText('Live', { exact: true })).toBeVisible();

  const sign = { origin: server.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const session = await fetch(server.url + PATHS.session, { method: 'POST', headers: sign, body: JSON.stringify({ email: MANAGER, password: PASSWORD }) });
  const headers = { ...sign, cookie: session.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const ask = async (path: string, init: RequestInit = {}) => (await fetch(server.url + path, { ...init, headers })).json();

  const { orders } = await ask('/api/tenants/nugegoda/orders/realtime-status');
  const washing = orders.find(({ stage: at }: { stage: string }) => at === 'in_progress');
  const { version: _version, ...whole } = washing;
  const { realtime } = await ask(`/api/tenants/nugegoda/orders/${washing.id}`, { method: 'PUT', body: JSON.stringify({ ...whole, vehicle: 'Aston Martin' }) });
  expect(realtime).toMatchObject({ type: 'order_updated', orderId: washing.id, updatedBy: 'dilani' });
  const row = page.getByRole('region', { name: 'Orders' }).getByRole('listitem').filter({ hasText: washing.plate });
  await expect(row).toContainText('Aston Martin');
  await expect(connection).toContainText('Updates of orders seen here1');

  const { cursor } = await ask(`/api/realtime/poll?channel=orders-${washing.id}&event=order.status_changed`);
  await row.getByRole('button', { name: `Mark ready ${washing.plate}` }).click();
  await expect
    .poll(() => ask(`/api/realtime/poll?channel=orders-${washing.id}&event=order.status_changed&cursor=${cursor}`))
    .toMatchObject({ hasUpdate: true, payload: { order: { status: 'READY' } } });
  await page.getByRole('button', { name: /^Set offline Farook/ }).click();
  await expect.poll(() => ask('/api/realtime/poll?channel=drivers&event=driver.offline')).toMatchObject({ hasUpdate: true });
  expect(errors).toEqual([]);
});
