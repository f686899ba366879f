// What waits in an outbox leaves the device although no page is open: sent by the service worker, once each and in order, however it is interrupted.
// The judge is the server's own count of what it did.
import { expect, test } from '../support/browser-test.ts';
import { dumpDatabases } from '../support/disk-reader.ts';
import { MANAGER, TENANT } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { WriteRequest } from '../../src/core/entry.ts';
import { append, buildOutboxPage, controlWorker, entries, openAs, openPage, type BuiltPage } from './outbox-page/device.ts';

let built: BuiltPage;
test.beforeAll(async () => {
  built = await buildOutboxPage();
});
test.afterAll(() => built.remove());

/** A writer may begin this many in a second, and this many are under way at once. */
const RATE = 20;
const LANES = 4;

const note = (order: string, text: string): WriteRequest => ({
  method: 'PATCH',
  path: `/api/v1/orders/${order}`,
  body: { notes: text },
  effect: { collection: 'orders', docId: order, patch: { notes: text } },
});

/** Write number n is about order n modulo their count. */
const notes = (orders: readonly string[], count: number) => Array.from({ length: count }, (_, n) => note(orders[n % orders.length] ?? '', `note ${n}`));

/** Each id was applied once, with one event, and those about one order in the order in which they were written. */
function expectOnce(server: ServerProcess, ids: readonly string[], lanes: number): void {
  const applies = server.applies(TENANT);
  const applied = applies.map(({ mutId }) => mutId);
  const caused = server.events(TENANT).flatMap(({ mutId }) => (mutId !== null && ids.includes(mutId) ? [mutId] : []));
  expect(applied.toSorted()).toEqual([...ids].toSorted());
  expect(caused).toHaveLength(ids.length);
  expect(new Set(applies.map(({ outcome }) => outcome))).toEqual(new Set(['applied']));
  for (let lane = 0; lane < lanes; lane++) {
    const own = ids.filter((_, n) => n % lanes === lane);
    expect(caused.filter((id) => own.includes(id))).toEqual(own);
  }
}

test('[SWO1] writes of a page that was closed without a network are sent as soon as there is one, by nobody but the service worker', async ({ stage }) => {
  const server = await stage.server({ distDir: built.folder });
  const user = await server.signIn(MANAGER);
  const orders = (await user.orders()).slice(0, 2);
  const browser = await stage.browser(server.url);
  const page = await openAs(browser, server.url, MANAGER);
  await browser.context().setOffline(true);
  const ids = await append(page, notes(orders, 6));
  await page.evaluate(() => window.page.sync());
  await page.close();
  expect(server.applies(TENANT)).toEqual([]);
  await browser.context().setOffline(false);
  await expect.poll(() => server.applies(TENANT).length).toBe(ids.length);
  expectOnce(server, ids, orders.length);
  const after = await openPage(browser, server.url);
  await expect.poll(async () => (await entries(after)).map(({ state }) => state)).toEqual(ids.map(() => 'acked'));
});

/** `WRITES=2000` is the whole day of the design; it takes two minutes. */
const DAY = Number(process.env['WRITES'] ?? 200);

test('[SWO2] the writes of a day: no more than twenty a second, in order, each once, although the service worker and then the browser is killed under way', async ({
  stage,
}) => {
  test.setTimeout(90_000 + DAY * 100);
  const server = await stage.server({ distDir: built.folder });
  const user = await server.signIn(MANAGER);
  const orders = (await user.orders()).slice(0, 10);
  const browser = await stage.browser(server.url);
  const page = await openAs(browser, server.url, MANAGER);
  const ids = await append(page, notes(orders, DAY));
  const tag = await page.evaluate(() => window.page.tag());
  await page.close();
  const done = () => server.applies(TENANT).length;
  const cuts: number[] = [];

  const first = await controlWorker(browser, server.url);
  await first.sync(tag);
  await expect.poll(done).toBeGreaterThan(30);
  await first.stop();
  cuts.push(done());
  await first.sync(tag);
  await expect.poll(done).toBeGreaterThan(80);
  await browser.kill();
  cuts.push(done());
  await browser.launch();
  const last = await controlWorker(browser, server.url);
  await last.sync(tag);
  await expect.poll(done, { timeout: 30_000 + DAY * 50 }).toBe(ids.length);

  expect(cuts.every((cut) => cut < ids.length)).toBe(true);
  expectOnce(server, ids, orders.length);
  const times = server.applies(TENANT).map(({ t }) => t);
  const stretches = [times.slice(0, cuts[0]), times.slice(cuts[0], cuts[1]), times.slice(cuts[1])];
  for (const stretch of stretches) for (const t of stretch) expect(stretch.filter((at) => at >= t && at < t + 1_000).length).toBeLessThanOrEqual(RATE + LANES);
});

test('@extended [SWO3] a log-out while the service worker sends ends it: nothing more goes out, and nothing stays', async ({ stage }) => {
  const server = await stage.server({ distDir: built.folder });
  const user = await server.signIn(MANAGER);
  const orders = (await user.orders()).slice(0, 2);
  const browser = await stage.browser(server.url);
  const page = await openAs(browser, server.url, MANAGER);
  await append(page, notes(orders, 100));
  const control = await controlWorker(browser, server.url);
  const tag = await page.evaluate(() => window.page.tag());
  await control.sync(tag);
  await expect.poll(() => server.applies(TENANT).length).toBeGreaterThan(5);
  expect(await page.evaluate(() => window.page.logout())).toMatchObject({ k: 'forgotten' });
  const sent = server.applies(TENANT).length;
  expect(sent).toBeLessThan(100);
  // What was on its way may have arrived after its answer was given up; nothing begins any more, also when the browser asks once more.
  await control.sync(tag);
  await page.reload();
  expect(server.applies(TENANT).length).toBeLessThanOrEqual(sent + LANES);
});

test('@extended [SWO10] an application with tokens: its writes leave without a page where the token was kept on the device, and wait where it was not; log-out takes it', async ({
  stage,
}) => {
  const server = await stage.server({ distDir: built.folder });
  const user = await server.signIn(MANAGER);
  const orders = (await user.orders()).slice(0, 2);
  const browser = await stage.browser(server.url);
  const signIn = async (isKept: boolean) => {
    const page = await openPage(browser, server.url);
    const token = await page.evaluate(([who, word, kept]) => window.page.signInWithToken(who, word, kept), [MANAGER, PASSWORD, isKept] as const);
    return { page, token };
  };
  const { page, token: first } = await signIn(false);
  const ids = await append(page, notes(orders, 4));
  const tag = await page.evaluate(() => window.page.tag());
  await page.close();
  expect(await browser.context().cookies()).toEqual([]);
  const control = await controlWorker(browser, server.url);
  const blank = await browser.blank();
  await control.sync(tag);
  const isWorn = async () => JSON.stringify(await dumpDatabases(blank));
  expect(await isWorn()).not.toContain(first);

  const { page: again, token } = await signIn(true);
  expect(await isWorn()).toContain(token);
  const exported = await again.evaluate(async () => (await window.page.outbox()).exportJson());
  expect(exported).not.toContain(token);
  await again.close();
  expect(server.applies(TENANT)).toEqual([]);
  await control.sync(tag);
  await expect.poll(() => server.applies(TENANT).length).toBe(ids.length);
  expectOnce(server, ids, orders.length);

  const last = await openPage(browser, server.url);
  await append(last, notes(orders, 1));
  expect(await last.evaluate(() => window.page.logout())).toMatchObject({ k: 'forgotten' });
  expect(await isWorn()).not.toContain(token);
  await last.close();
  await control.sync(tag);
  expect(server.applies(TENANT)).toHaveLength(ids.length);
});
