// The cache over real tabs, a real disk and the real server: what is asked is counted on the wire behind the browser.
import { readScopes } from '../support/disk-reader.ts';
import { MANAGER, waitForLabel } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';
import type { CachedHarness } from './harness/cached-probe.tsx';

declare global {
  interface Window {
    readonly cached: CachedHarness;
  }
}

test('[CAC13] two tabs share each revalidation, a 304 brings what is kept, and log-out leaves nothing', async ({ stage }) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const user = await server.signIn(MANAGER);
  const [order = ''] = await user.orders();
  const path = `/api/v1/orders/${order}`;
  const query = `?cached=${encodeURIComponent(path)}`;
  const answers = () => proxy.records.flatMap((record) => (record.k === 'W.req' && record.method === 'GET' && record.path === path ? [record.status] : []));
  const notes = ({ page }: Tab) => page.evaluate(() => window.cached?.shown.data?.notes);

  // A device's first snapshot makes everything out of date that was asked for before it: it is here before the tabs that are watched.
  await waitForLabel(await browser.openAs('first', MANAGER), 'Live');
  const a = await browser.open('a', query);
  await expect.poll(() => a.page.evaluate(() => window.cached?.shown.isLoading)).toBe(false);
  await waitForLabel(a, 'Live');
  const b = await browser.open('b', query);
  await expect.poll(() => b.page.evaluate(() => window.cached?.shown.isLoading)).toBe(false);
  await waitForLabel(b, 'Live');
  // What the first tab had asked for was on the disk for the second.
  expect(answers()).toEqual([200]);

  await user.edit(order, 'wax twice');
  for (const tab of [a, b]) await expect.poll(() => notes(tab)).toBe('wax twice');
  expect(answers()).toEqual([200, 200]);

  await b.page.evaluate((key) => window.cached.utils.invalidate(key), path);
  await expect.poll(answers).toEqual([200, 200, 304]);
  for (const tab of [a, b]) await expect.poll(() => tab.page.evaluate(() => window.cached.shown.isValidating)).toBe(false);
  expect(await notes(a)).toBe('wax twice');
  const stats = await Promise.all([a, b].map(({ page }) => page.evaluate(() => window.cached.utils.getStats())));
  expect(stats.map(({ isDurable }) => isDurable)).toEqual([true, true]);
  expect(stats.reduce((sum, { notModified }) => sum + notModified, 0)).toBe(1);

  await a.page.evaluate(() => window.harness.logout());
  for (const { page } of [a, b]) await expect.poll(() => page.evaluate(() => window.cached.shown.data)).toBeUndefined();
  const kept = (await readScopes(await browser.blank())).map(({ stores }) => stores['http-cache']?.map(([key]) => key));
  expect(kept).toEqual([['closed']]);
});
