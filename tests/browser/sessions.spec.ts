// Whose data: bearer tokens that only pages can get, and several people or tenants side by side in one browser.
import { dumpDatabases } from '../support/disk-reader.ts';
import { deliveredTo, documentsOf, expectSameDocuments, label, MANAGER, OTHER_MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { DILANI, RUWAN, withTokens } from '../support/token-application.ts';
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';

test('[BEA5] two tenants side by side in one browser, with tokens: a stream each, and nothing of one reaches the other', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const [here, there] = [await browser.open('here', DILANI), await browser.open('there', RUWAN)];
  for (const tab of [here, there]) await waitForLabel(tab, 'Live');
  const [dilani, ruwan] = [await server.signIn(MANAGER), await server.signIn(OTHER_MANAGER)];
  expect((await dilani.status()).streams.map(({ user }) => user)).toEqual(['dilani']);
  expect((await ruwan.status()).streams.map(({ user }) => user)).toEqual(['ruwan']);
  const before = { here: await deliveredTo(here), there: await deliveredTo(there) };
  await dilani.burst(10);
  await waitForSeq(here, (await dilani.status()).head);
  await expectSameDocuments(here, documentsOf(await dilani.snapshot()));
  await expectSameDocuments(there, documentsOf(await ruwan.snapshot()));
  expect(await deliveredTo(there)).toEqual(before.there);
  expect((await deliveredTo(here)).length).toBe(before.here.length + 10);
  expect(await tenantsIn(there)).toEqual(['kandy']);
  // No token is on the device, in an address, or in what the pages say of themselves.
  const given = [...(await here.page.evaluate(() => window.given)), ...(await there.page.evaluate(() => window.given))];
  const traces = await Promise.all([here, there].map(({ page }) => page.evaluate(() => JSON.stringify([window.harness.records, performance.getEntries()]))));
  const said = JSON.stringify([await dumpDatabases(await browser.blank()), traces]);
  expect(given.length).toBeGreaterThan(0);
  expect(given.filter((token) => said.includes(token) || said.includes(token.split('.')[2] ?? token))).toEqual([]);
});

test('@extended [BEA9] with storeToken the newest token is on the device, in no trace and no export, until the log-out', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const tab = await browser.open('a', `${DILANI}&store=token`);
  await waitForLabel(tab, 'Live');
  const blank = await browser.blank();
  const given = () => tab.page.evaluate(() => window.given);
  const stored = async (): Promise<boolean> => {
    const [disk, tokens] = [JSON.stringify(await dumpDatabases(blank)), await given()];
    return tokens.some((token) => disk.includes(token));
  };
  await expect.poll(stored).toBe(true);
  const said = await tab.page.evaluate(async () => {
    const manager = window.harness.manager();
    const outbox = await (await manager?.desk())?.exportJson();
    return JSON.stringify([window.harness.records, await manager?.exportState(), outbox]);
  });
  expect((await given()).filter((token) => said.includes(token))).toEqual([]);
  await tab.page.evaluate(() => window.harness.logout());
  await expect.poll(stored).toBe(false);
});

test('[BEA6] a token that ends is renewed once for all tabs, without an event lost', async ({ stage }) => {
  const server = await stage.server({ env: { TOKEN_SECONDS: '5', JWT_CLOCK_TOLERANCE_SECONDS: '0' } });
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const tabs = [await browser.open('a', DILANI), await browser.open('b', DILANI)];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const { head, streams } = await user.status();
  expect(streams).toHaveLength(1);
  const asked = () => Promise.all(tabs.map(({ page }) => page.evaluate(() => window.asked.filter((isRefused) => isRefused).length)));
  const burst = user.burst(60, { perSecond: 8 });
  await expect.poll(async () => (await asked()).reduce((sum, count) => sum + count, 0), { timeout: 20_000 }).toBeGreaterThan(0);
  await burst;
  for (const tab of tabs) {
    await waitForSeq(tab, head + 60);
    expect(await deliveredTo(tab)).toEqual(Array.from({ length: 60 }, (_, at) => head + 1 + at));
  }
  expect((await user.status()).streams.length).toBeLessThanOrEqual(1);
});

test('@extended [BEA7] nobody has a token: sign in again, the cursor kept; a page that has one later goes on from there', async ({ stage }) => {
  const server = await stage.server({ env: { TOKEN_SECONDS: '5', JWT_CLOCK_TOLERANCE_SECONDS: '0' } });
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const first = await browser.open('first', DILANI);
  await waitForLabel(first, 'Live');
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  await first.page.evaluate(() => void (window.mayAnswer = false));
  await waitForLabel(first, 'Sign in again');
  await user.burst(15);
  expect(await label(first)).toBe('Sign in again');
  expect(await deliveredTo(first)).toEqual([]);
  const second = await browser.open('second', DILANI);
  for (const tab of [first, second]) await waitForLabel(tab, 'Live');
  await waitForSeq(first, head + 15);
  expect(await deliveredTo(first)).toEqual(Array.from({ length: 15 }, (_, at) => head + 1 + at));
  // The disk was never emptied: one base, the first.
  expect(await first.page.evaluate(() => window.harness.records.filter((record) => (record as { why?: string }).why === 'reset'))).toEqual([]);
});

function tenantsIn({ page }: Tab): Promise<unknown[]> {
  return page.evaluate(() => [...new Set(window.harness.records.flatMap((record) => (record as { tenant?: string }).tenant ?? []))]);
}
