// Engines that stop where it hurts most: inside a transaction, which holds the database for up to a minute, and where nobody looks. Both storage
// engines of Chromium's IndexedDB (LevelDB, and SQLite, to which it is moving). Raw Chromium: a hidden page is hidden here.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { documentsOf, MANAGER } from '../../support/page-probes.ts';
import type { RawChromium, RawPage } from '../../support/raw-chromium.ts';
import { delivered, delivering, expectOnceInOrder, firstOfNext, lastSeq, leads, openPage, openSignedIn, tellsTerm, withBrowser } from './raw-pages.ts';
import { startTraffic } from './traffic.ts';

const BACKENDS = {
  LevelDB: { args: ['--disable-features=IdbSqliteBackingStore'], folder: /\.leveldb$/ },
  SQLite: { args: ['--enable-features=IdbSqliteBackingStore'], folder: /^(?!.*\.leveldb).+$/ },
} as const;
type Backend = keyof typeof BACKENDS;
/** Chromium ends such a transaction after a minute; nobody waits for that here. */
const HANG_MS = 8_000;

for (const backend of ['LevelDB', 'SQLite'] as const) {
  test(`[TKO10] [TKO11] [FLT-N05] a SharedWorker that stops inside a transaction (${backend}): the next one goes on in memory and comes back to the disk`, async ({
    stage,
  }) => {
    await withBackend(backend, async (browser) => {
      const server = await stage.server();
      const query = 'shared&policy.databaseOpenMs=1000';
      const page = await openSignedIn(browser, server, query);
      const user = await server.signIn(MANAGER);
      const other = await openPage(browser, server, query);
      const traffic = startTraffic(user, 20);
      await delivering(other);
      const before = await tellsTerm(other);
      const call = await callWhileItHangs(browser, other);

      const hungAt = Date.now();
      soon(stage, `${backend}: shared, stopped inside a transaction: first event after, ms`, (await firstOfNext(other, hungAt)) - hungAt);
      const { code, ms } = await call();
      expect(code).toMatch(/^(net\/timeout|store\/blocked)$/);
      expect(ms).toBeLessThan(8_000);
      expect(await other.evaluate('harness.health.isDurable')).toBe(false);
      expect(await other.evaluate('harness.health.storage.code')).toBe('store/blocked');
      expect(await tellsTerm(other)).toBeGreaterThan(before);
      // It comes back when the stopped one lets go, which then finds itself robbed and writes nothing.
      for (const one of [page, other]) await expect.poll(() => one.evaluate('harness.health.isDurable'), { timeout: 45_000 }).toBe(true);
      for (const one of [page, other]) expect(await one.evaluate('harness.records.filter(({ k }) => k === "H.claim").length')).toBe(1);
      const head = await traffic.stop();
      expect((await user.status()).streams).toHaveLength(1);
      for (const one of [page, other]) {
        await expect.poll(() => lastSeq(one)).toBe(head);
        expectOnceInOrder(await delivered(one), server);
      }
      const truth = documentsOf(await user.snapshot());
      for (const one of [page, other]) await expect.poll(() => ordersIn(one)).toEqual(versionsIn(truth));
      await expect.poll(() => other.evaluate(`(${ordersOnDisk.toString()})()`)).toEqual(versionsIn(truth));
    });
  });

  test(`[TKO4] [TKO12] [FLT-N06] ${backend === 'SQLite' ? '@core ' : ''}three hidden tabs, the worker of the elected one loops (${backend}): nobody acts until one of them is looked at`, async ({
    stage,
  }) => {
    await withBackend(backend, async (browser) => {
      const server = await stage.server();
      const leader = await openSignedIn(browser, server, 'elected');
      const user = await server.signIn(MANAGER);
      const pages = [leader, await openPage(browser, server, 'elected', leader), await openPage(browser, server, 'elected', leader)];
      const cover = await browser.open('about:blank', leader);
      await cover.show();
      const traffic = startTraffic(user, 20);
      for (const page of pages) await delivering(page);
      for (const page of pages) expect(await page.evaluate('document.visibilityState')).toBe('hidden');
      expect(await leads(leader)).toBe(true);
      const [, shown = leader] = pages;
      void (await leader.worker()).evaluate('for (;;);', 600_000).catch(() => {});
      const loopsAt = Date.now();
      await expect.poll(() => shown.evaluate<number>(silentFor), { timeout: 30_000 }).toBeGreaterThan(3_500);
      for (const page of pages) expect(await page.evaluate('harness.records.some(({ k }) => k === "H.claim")')).toBe(false);

      const shownAt = Date.now();
      await shown.show();
      soon(stage, `${backend}: elected, three hidden, worker loops: first event after one is shown, ms`, (await firstOfNext(shown, loopsAt)) - shownAt);
      expect(await leads(shown)).toBe(true);
      const head = await traffic.stop();
      expect((await user.status()).streams).toHaveLength(1);
      for (const page of pages) {
        await expect.poll(() => lastSeq(page), { timeout: 30_000 }).toBe(head);
        expectOnceInOrder(await delivered(page), server);
        expect(await page.evaluate('harness.records.filter(({ k }) => k === "H.claim").length')).toBe(1);
      }
    });
  });
}

/** A browser whose files show that it stores as it was told to. */
function withBackend(backend: Backend, story: (browser: RawChromium) => Promise<void>): Promise<void> {
  const { args, folder } = BACKENDS[backend];
  return withBrowser(async (browser) => {
    await story(browser);
    const kept = readdirSync(join(browser.profile, 'Default', 'IndexedDB')).filter((name) => name.startsWith('http_127'));
    expect(
      kept.filter((name) => folder.test(name)),
      `stored as ${backend} stores: ${kept.join(' ')}`,
    ).not.toEqual([]);
  }, args);
}

/** Stops the engine inside a transaction over all that an engine writes, with a call of `page` on its way; answers how that call ended. */
async function callWhileItHangs(browser: RawChromium, page: RawPage): Promise<() => Promise<{ code: string; ms: number }>> {
  const [worker] = await browser.sharedWorkers();
  void worker?.evaluate(`(${stopInside.toString()})(${HANG_MS})`, 600_000).catch(() => {});
  await expect.poll(() => page.evaluate<number>(silentFor)).toBeGreaterThan(300);
  await page.evaluate(`void (globalThis.called = (async () => {
    const since = performance.now();
    const code = await harness.manager().prefer({ transport: 'auto' }).then(() => 'answered', ({ code }) => code);
    return { code, ms: Math.round(performance.now() - since) };
  })())`);
  return () => page.evaluate('globalThis.called');
}

/** Runs in the worker. */
async function stopInside(ms: number): Promise<void> {
  const name = (await indexedDB.databases()).map((database) => database.name ?? '').find((each) => each.endsWith(':store')) ?? '';
  const db = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('success', () => resolve(opening.result));
  });
  const request = db.transaction(['log', 'documents', 'meta'], 'readwrite').objectStore('meta').get('none');
  request.addEventListener('success', () => {
    const end = Date.now() + ms;
    while (Date.now() < end);
  });
}

/** Ms since this page was last told of an event. */
const silentFor = 'performance.now() - harness.records.findLast(({ k }) => k === "P.deliver").t';

/** Generous for a busy machine, and far below the minute for which a transaction that stands still holds the database. */
function soon(stage: Stage, name: string, ms: number): void {
  stage.note(name, ms);
  expect(ms).toBeLessThan(30_000);
}

type Versions = Readonly<Record<string, number>>;

function versionsIn(truth: ReturnType<typeof documentsOf>): Versions {
  const orders = Object.entries(truth).filter(([key]) => key.startsWith('orders/'));
  return Object.fromEntries(orders.map(([key, { version }]) => [key.slice('orders/'.length), version]));
}

function ordersIn(page: RawPage): Promise<Versions> {
  return page.evaluate('Object.fromEntries(harness.documents("orders").map(([id, version]) => [id, version]))');
}

/** Runs in a page. */
async function ordersOnDisk(): Promise<Versions> {
  const name = (await indexedDB.databases()).map((database) => database.name ?? '').find((each) => each.endsWith(':store')) ?? '';
  const db = await new Promise<IDBDatabase>((resolve) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('success', () => resolve(opening.result));
  });
  const reading = db.transaction('documents').objectStore('documents').getAll() as IDBRequest<{ collection: string; id: string; version: number }[]>;
  const rows = await new Promise<{ collection: string; id: string; version: number }[]>((resolve) =>
    reading.addEventListener('success', () => resolve(reading.result)),
  );
  db.close();
  return Object.fromEntries(rows.filter(({ collection }) => collection === 'orders').map(({ id, version }) => [id, version]));
}
