// Log-out: nothing of the person stays on the device, no tab goes on, and the next person starts with nothing of the last.
import { dumpDatabases, readScopes, type ScopeDump } from '../support/disk-reader.ts';
import { checkHistory } from '../support/history-checker.ts';
import { documentsIn, documentsOf, expectSameDocuments, MANAGER, OTHER_MANAGER, TENANT, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';

test('[BRW11] log-out empties every store, ends the engine and the stream, and sends all tabs to the sign-in', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const [a, b] = [await browser.openAs('a', MANAGER), await browser.open('b')];
  for (const tab of [a, b]) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await user.burst(30);
  for (const tab of [a, b]) await waitForSeq(tab, (await user.status()).head);
  await a.page.evaluate(() => window.harness.logout());
  for (const tab of [a, b]) await expect.poll(() => phase(tab)).toBe('signed-out');
  await expect.poll(async () => (await user.status()).streams).toEqual([]);
  const blank = await browser.blank();
  await expect.poll(() => blank.evaluate(heldLocks)).toEqual([]);
  for (const scope of await readScopes(blank)) expectWiped(scope);
  await user.burst(10);
  for (const tab of [a, b]) expect(Object.keys(await documentsIn(tab))).toEqual([]);
  await b.reload();
  expect(await phase(b)).toBe('signed-out');
});

test('[BRW12] the next person in the same browser sees nothing of the last, and the first may come back', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tab = await browser.openAs('a', MANAGER);
  await waitForLabel(tab, 'Live');
  const [first, second] = [await server.signIn(MANAGER), await server.signIn(OTHER_MANAGER)];
  const wiped = await readScopes(await browser.blank());
  await tab.page.evaluate(() => window.harness.logout());
  await expect.poll(() => phase(tab)).toBe('signed-out');
  const other = await browser.openAs('b', OTHER_MANAGER);
  await waitForLabel(other, 'Live');
  await first.burst(20);
  await second.burst(20);
  const truth = documentsOf(await second.snapshot());
  for (const known of [tab, other]) {
    await waitForSeq(known, (await second.status()).head);
    await expectSameDocuments(known, truth);
  }
  const scopes = await readScopes(await browser.blank());
  for (const scope of scopes.filter(({ name }) => wiped.some((before) => before.name === name))) expectWiped(scope);
  expect(await other.page.evaluate(() => window.harness.events.map(({ tenant }) => tenant))).not.toContain(TENANT);
  const seen = await other.page.evaluate(async () => [
    document.title,
    document.body.innerText,
    Object.entries(localStorage),
    Object.entries(sessionStorage),
    await caches.keys(),
  ]);
  expect(JSON.stringify([seen, await dumpDatabases(await browser.blank())])).not.toMatch(/dilani|nugegoda/i);

  await other.page.evaluate(() => window.harness.logout());
  await expect.poll(() => phase(tab)).toBe('signed-out');
  await tab.page.evaluate(([who, word]) => window.harness.signIn(who, word), [MANAGER, PASSWORD] as const);
  await waitForLabel(tab, 'Live');
  await first.burst(20);
  await waitForSeq(tab, (await first.status()).head);
  await expectSameDocuments(tab, documentsOf(await first.snapshot()));
  await expect.poll(async () => (await second.status()).streams).toEqual([]);
  const events = [...server.events(TENANT), ...server.events('kandy')];
  expect(checkHistory({ pages: browser.tape.records, server: events, alive: ['a', 'b'] }).violations).toEqual([]);
});

test('@extended [BRW19] a log-out with unsent writes is refused with their number; kept they are sent once when that person is back, and nobody else sees them; discarded they are gone', async ({
  stage,
}) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tab = await browser.openAs('a', MANAGER);
  await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const [order = ''] = await user.orders();
  const applied = () => server.applies(TENANT).map(({ mutId }) => mutId);
  const signIn = async (email: string): Promise<void> => {
    await tab.page.evaluate(([who, word]) => window.harness.signIn(who, word), [email, PASSWORD] as const);
    await waitForLabel(tab, 'Live');
  };
  const writeOffline = async (notes: string): Promise<string> => {
    // The code of the outbox, which is fetched a second after the start.
    await tab.page.evaluate(() =>
      window.harness
        .manager()
        ?.desk()
        .then(() => undefined),
    );
    proxy.rule('/', { do: 'refuse' });
    proxy.drop('/');
    await waitForLabel(tab, 'Offline');
    return write(tab, order, notes);
  };

  const kept = await writeOffline('kept');
  expect(await logout(tab)).toEqual({ code: 'write/unsent', count: 1 });
  expect([await phase(tab), await unsent(tab), await notesOf(tab, order)]).toEqual(['signed-in', 1, 'kept']);
  expect(await logout(tab, 'keep')).toBeNull();
  await expect.poll(() => phase(tab)).toBe('signed-out');
  proxy.heal();

  await signIn(OTHER_MANAGER);
  expect(await unsent(tab)).toBe(0);
  expect(await notesOf(tab, order)).not.toBe('kept');
  expect(await logout(tab)).toBeNull();
  await expect.poll(() => phase(tab)).toBe('signed-out');
  expect(applied()).toEqual([]);

  await signIn(MANAGER);
  await expect.poll(applied, { timeout: 30_000 }).toEqual([kept]);
  await expect.poll(() => unsent(tab)).toBe(0);

  const discarded = await writeOffline('discarded');
  expect(await logout(tab, 'discard')).toBeNull();
  await expect.poll(() => phase(tab)).toBe('signed-out');
  expect(JSON.stringify(await dumpDatabases(await browser.blank()))).not.toContain(discarded);
  proxy.heal();
  await signIn(MANAGER);
  const last = await write(tab, order, 'after it');
  await expect.poll(applied).toEqual([kept, last]);
});

function write({ page }: Tab, order: string, text: string): Promise<string> {
  return page.evaluate(
    async ([id, notes]) => {
      const effect = { collection: 'orders', docId: id, patch: { notes } };
      const made = window.harness.manager()?.mutate({ method: 'PATCH', path: `/api/v1/orders/${id}`, body: { notes }, effect });
      return (await made?.accepted)?.id ?? '';
    },
    [order, text] as const,
  );
}

/** Null where somebody was logged out. */
function logout({ page }: Tab, how?: 'keep' | 'discard'): Promise<{ readonly code: string; readonly count: unknown } | null> {
  return page.evaluate(
    (choice) =>
      window.harness.logout(choice && { unsent: choice }).then(
        () => null,
        (error: { code: string; details: { count?: unknown } }) => ({ code: error.code, count: error.details.count }),
      ),
    how,
  );
}

function unsent({ page }: Tab): Promise<number> {
  return page.evaluate(() => window.harness.manager()?.outbox.getSnapshot().entries.length ?? -1);
}

function notesOf({ page }: Tab, order: string): Promise<unknown> {
  return page.evaluate((id) => (window.harness.documents('orders').find(([known]) => known === id)?.[2] as { notes?: string } | undefined)?.notes, order);
}

/** Every store holds nothing but the row that closes it; `meta` keeps the term and the run's number, which later runs must not reuse. */
function expectWiped({ stores, name }: ScopeDump): void {
  for (const [store, rows] of Object.entries(stores)) {
    const left = rows.filter(([key]) => !(store === 'meta' && key === 'log'));
    expect(
      left.map(([key]) => key),
      `${name} ${store}`,
    ).toEqual(['closed']);
  }
  const [, log] = stores['meta']?.find(([key]) => key === 'log') ?? [];
  expect(log).toMatchObject({ run: '', cursor: null, events: 0, bytes: 0 });
}

function phase({ page }: Tab): Promise<string> {
  return page.evaluate(() => window.harness.phase);
}

/** Connections and engines of any scope; tabs that wait for a sign-in hold none. */
async function heldLocks(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.map(({ name = '' }) => name).filter((name) => name.includes(':conn') || name.includes(':alive:'));
}
