// Writes on a disk without room: told so, sent from the page's memory, stored when there is room again, and lost with their page alone.
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { dumpDatabases } from '../support/disk-reader.ts';
import { MANAGER, TENANT, waitForLabel } from '../support/page-probes.ts';

interface Kept {
  readonly id: string;
  readonly durable: boolean;
}

/** Small enough that the browser, which asks seldom how much is left, can be made to ask: by as much once more. */
const ROOM = 4_000_000;
/** The browser keeps larger values aside, and doesn't count them here. */
const PIECE = 50_000;

function isTaken([bytes, piece]: readonly [number, number]): Promise<boolean> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('probe');
    opening.onupgradeneeded = () => opening.result.createObjectStore('probe');
    opening.onerror = () => resolve(false);
    opening.onsuccess = () => {
      const tx = opening.result.transaction('probe', 'readwrite');
      for (let at = 0; at <= bytes; at += piece) tx.objectStore('probe').put('x'.repeat(piece), at);
      const end = (is: boolean) => (): void => {
        opening.result.close();
        resolve(is);
      };
      tx.oncomplete = end(true);
      tx.onabort = end(false);
    };
  });
}

function hasCode(): boolean {
  return performance.getEntriesByType('resource').some(({ name }) => name.includes('volatile-writes'));
}

/** `settled` of the write is left to go its way: the server's count says what was done. */
function write({ page }: Tab, order: string, text: string): Promise<Kept> {
  return page.evaluate(
    async ([id, notes]) => {
      const effect = { collection: 'orders', docId: id, patch: { notes } };
      const manager = window.harness.manager();
      if (!manager) throw new Error('Nobody is signed in');
      return manager.mutate({ method: 'PATCH', path: `/api/v1/orders/${id}`, body: { notes }, effect }).accepted;
    },
    [order, text] as const,
  );
}

const outbox = ({ page }: Tab) =>
  page.evaluate(() => {
    const now = window.harness.manager()?.outbox.getSnapshot();
    return { entries: now?.entries.length ?? -1, inMemory: now?.inMemory ?? -1 };
  });
const notesOf = ({ page }: Tab, order: string) =>
  page.evaluate((id) => (window.harness.documents('orders').find(([known]) => known === id)?.[2] as { notes?: string } | undefined)?.notes, order);
const isAsked = ({ page }: Tab) =>
  page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })) && document.querySelector('[data-holdfast-unkept]') !== null);

/** What a write needs without a network is fetched a second after the start. */
async function untilReady(tabs: readonly Tab[]): Promise<void> {
  for (const tab of tabs) {
    await waitForLabel(tab, 'Live');
    await tab.page.waitForFunction(hasCode);
    await tab.page.evaluate(() =>
      window.harness
        .manager()
        ?.desk()
        .then(() => undefined),
    );
  }
}

async function offline(proxy: FaultProxy, tabs: readonly Tab[]): Promise<void> {
  proxy.rule('/', { do: 'refuse' });
  proxy.drop('/');
  for (const tab of tabs) await waitForLabel(tab, 'Offline');
}

test('@extended [OBP9] without room on the disk a write is told not to be durable, sent by its page, kept once there is room, and lost with its page alone', async ({
  stage,
}) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const blank = await browser.blank();
  const cdp = await browser.context().newCDPSession(blank);
  const limit = (quotaSize: number) => cdp.send('Storage.overrideQuotaForOrigin', { origin: proxy.url, quotaSize });
  const room = async (): Promise<void> => {
    const { usage } = await cdp.send('Storage.getUsageAndQuota', { origin: proxy.url });
    await limit(usage + ROOM);
  };
  await room();
  const [a, b] = [await browser.openAs('a', MANAGER), await browser.open('b')];
  await untilReady([a, b]);
  const user = await server.signIn(MANAGER);
  const [order = ''] = await user.orders();
  const applied = () => server.applies(TENANT).map(({ mutId }) => mutId);
  const fill = async (): Promise<void> => {
    await limit(1);
    expect(await a.page.evaluate(isTaken, [ROOM, PIECE] as const)).toBe(false);
  };

  // Kept on disk while there is room, and in the way of what comes next in its lane.
  await offline(proxy, [a, b]);
  const stored = await write(a, order, 'stored');
  expect(stored.durable).toBe(true);
  await fill();
  const held = [await write(a, order, 'one'), await write(a, order, 'two')];
  expect(held.map(({ durable }) => durable)).toEqual([false, false]);
  expect(await outbox(a)).toEqual({ entries: 3, inMemory: 2 });
  expect(await notesOf(a, order)).toBe('two');
  expect([await isAsked(a), await isAsked(b)]).toEqual([true, false]);
  expect(applied()).toEqual([]);

  // Room, but no network: they come to the disk, and any tab may close.
  await room();
  await expect.poll(() => outbox(a), { timeout: 40_000 }).toEqual({ entries: 3, inMemory: 0 });
  await expect.poll(() => notesOf(b, order)).toBe('two');
  expect(await isAsked(a)).toBe(false);
  await fill();
  const lost = await write(b, order, 'lost with its page');
  expect(lost.durable).toBe(false);
  await b.close();

  // The network, but no room: whoever drains the disk can't note what it does, so nothing of this lane goes; another lane goes from memory.
  const [, other = ''] = await user.orders();
  const free = await write(a, other, 'from memory');
  expect(free.durable).toBe(false);
  proxy.heal();
  await expect.poll(applied, { timeout: 40_000 }).toContain(free.id);
  await room();
  const wanted = [stored, ...held].map(({ id }) => id);
  await expect.poll(() => applied().filter((id) => id !== free.id), { timeout: 40_000 }).toEqual(wanted);
  await expect.poll(() => outbox(a), { timeout: 20_000 }).toEqual({ entries: 0, inMemory: 0 });
  expect(applied()).not.toContain(lost.id);
  expect(new Set(applied()).size).toBe(4);
});

test('@extended [OBX43] where nothing is kept on the device a write without a network waits in its page and is sent when there is one', async ({ stage }) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tab = await browser.openAs('a', MANAGER, '?memory=on');
  await untilReady([tab]);
  const [order = ''] = await (await server.signIn(MANAGER)).orders();
  await offline(proxy, [tab]);
  const held = [await write(tab, order, 'one'), await write(tab, order, 'two')];
  expect(held.map(({ durable }) => durable)).toEqual([false, false]);
  expect([await outbox(tab), await notesOf(tab, order)]).toEqual([{ entries: 2, inMemory: 2 }, 'two']);
  expect(JSON.stringify(await dumpDatabases(await browser.blank()))).not.toContain(held[0]?.id);
  proxy.heal();
  await expect.poll(() => outbox(tab), { timeout: 30_000 }).toEqual({ entries: 0, inMemory: 0 });
  expect(server.applies(TENANT).map(({ mutId }) => mutId)).toEqual(held.map(({ id }) => id));
  expect(await notesOf(tab, order)).toBe('two');
});
