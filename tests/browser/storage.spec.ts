// What an application does when the database of the device is full, held, deleted, taken by a newer version or damaged: real Chromium, real disk.
import type { Page } from '@playwright/test';
import { readScope } from '../support/disk-reader.ts';
import type { Stage } from '../support/browser-test.ts';
import { documentsOf, expectSameDocuments, health, lastSeqOf, MANAGER, probe, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

async function setUp(stage: Stage) {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tabs = [await browser.openAs('one', MANAGER), await browser.open('two')] as const;
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await probe(user, tabs);
  return { tabs, user, blank: await browser.blank(), edit: async () => user.edit((await user.orders())[0] ?? '', `note ${Date.now()}`) };
}

async function storage({ page }: { readonly page: Page }): Promise<{ isDurable: boolean; code: string | null }> {
  return page.evaluate(() => ({ isDurable: window.harness.health.isDurable, code: window.harness.health.storage?.code ?? null }));
}

async function waitForStorage(tab: { readonly page: Page }, wanted: { isDurable: boolean; code: string | null }): Promise<void> {
  await expect.poll(() => storage(tab), { timeout: 30_000, intervals: [50] }).toEqual(wanted);
}

/** Names the database of the scope, in any page of the origin. */
const nameOf = (page: Page): Promise<string> =>
  page.evaluate(async () => (await indexedDB.databases()).map(({ name = '' }) => name).find((name) => name.endsWith(':store')) ?? '');

test('[BRW16] on a full disk the pages are live from memory, and the disk takes it all when there is room', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const blank = await browser.blank();
  const cdp = await browser.context().newCDPSession(blank);
  // Enough for who is signed in, too little for the first snapshot. Chromium looks at the quota anew when it would be exceeded.
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 60_000 });
  const one = await browser.openAs('one', MANAGER);
  await waitForStorage(one, { isDurable: false, code: 'store/quota' });
  await waitForLabel(one, 'Live');
  const user = await server.signIn(MANAGER);
  const late = await browser.open('late');
  await probe(user, [one, late]);
  // Nothing happens any more that this page could hear of: what memory holds, it has to read there.
  const last = await browser.open('last');
  await waitForSeq(last, await lastSeqOf(one));
  for (const tab of [one, late, last]) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  await last.page.close();
  await cdp.send('Storage.overrideQuotaForOrigin', { origin: server.url });
  await waitForStorage(one, { isDurable: true, code: null });
  await probe(user, [one, late]);
  for (const tab of [one, late]) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  expect((await readScope(blank, 'dilani')).documents).toEqual(documentsOf(await user.snapshot()));
});

test('[BRW17] a database that a stopped thread holds: the engine goes on within five seconds, and comes back', async ({ stage }) => {
  const { tabs, user, blank, edit } = await setUp(stage);
  const since = performance.now();
  await blank.evaluate(
    async (name) => {
      const db = await new Promise<IDBDatabase>((resolve) => (indexedDB.open(name).onsuccess = (event) => resolve((event.target as IDBOpenDBRequest).result)));
      const held = window as unknown as { letGo?: boolean };
      const spin = (store: IDBObjectStore): void => void (held.letGo || (store.get('none').onsuccess = () => spin(store)));
      spin(db.transaction([...db.objectStoreNames], 'readwrite').objectStore('meta'));
    },
    await nameOf(blank),
  );
  await edit();
  await waitForStorage(tabs[0], { isDurable: false, code: 'store/blocked' });
  for (const tab of tabs) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  stage.note('ms from the stop until each tab shows the next event', Math.round(performance.now() - since));
  await probe(user, tabs);
  await blank.evaluate(() => void ((window as unknown as { letGo?: boolean }).letGo = true));
  await waitForStorage(tabs[0], { isDurable: true, code: null });
  await probe(user, tabs);
  for (const tab of tabs) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
});

test('@extended [BRW18] deleted, needed by a newer version, damaged: the same engine goes on, and every page shows what the server has', async ({ stage }) => {
  const { tabs, user, blank, edit } = await setUp(stage);
  const name = await nameOf(blank);
  const { engine } = await health(tabs[0]);
  const act = (what: 'delete' | 'newer' | 'damage'): Promise<number> =>
    blank.evaluate(
      async ([database, action]) => {
        const since = performance.now();
        const request = action === 'delete' ? indexedDB.deleteDatabase(database) : action === 'newer' ? indexedDB.open(database, 99) : indexedDB.open(database);
        const db = await new Promise<IDBDatabase | undefined>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error ?? new Error('refused'));
        });
        if (action === 'damage' && db) {
          const log = db.transaction('log', 'readwrite').objectStore('log');
          log.openCursor(null, 'prev').onsuccess = (event) => {
            const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
            if (cursor && typeof cursor.key !== 'string') cursor.update({ broken: true });
          };
          await new Promise((resolve) => (log.transaction.oncomplete = resolve));
        }
        db?.close();
        return performance.now() - since;
      },
      [name, what] as const,
    );
  for (const what of ['delete', 'newer'] as const) {
    expect(await act(what)).toBeLessThan(5_000);
    await edit();
    for (const tab of tabs) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
    await waitForStorage(tabs[0], { isDurable: true, code: null });
    await probe(user, tabs);
  }
  await act('damage');
  await tabs[1].reload();
  await expect.poll(async () => (await health(tabs[1])).counters['corruptions'], { timeout: 30_000 }).toBe(1);
  await edit();
  for (const tab of tabs) await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  expect((await health(tabs[0])).engine).toBe(engine);
  expect((await readScope(blank, 'dilani')).documents).toEqual(documentsOf(await user.snapshot()));
});
