// Polls that are woken by Pusher, in a real browser against our own endpoint: the library's build for workers, inside the engine's SharedWorker.
import { PATHS } from '../../src/protocol/http.ts';
import { expect, test } from '../support/browser-test.ts';
import { deliveredTo, MANAGER, waitForLabel } from '../support/page-probes.ts';
import type { Tab } from '../support/browser-session.ts';

const APP = { PUSHER_APP_ID: '1', PUSHER_KEY: 'wake-key', PUSHER_SECRET: 'only-the-server-has-it' };
const MINUTES = 600_000;

const pollEvery = ({ page }: Tab, pollInterval: number) => page.evaluate((ms) => window.harness.sync.updateConfiguration({ pollInterval: ms }), pollInterval);
const counted = ({ page }: Tab, name: string) => page.evaluate((which) => window.harness.health.counters[which] ?? 0, name);

test('[POL18] [POL19] with streams held back, a commit arrives by a poll that Pusher woke; with Pusher cut, polls go on; with streams back, nobody listens @extended', async ({
  stage,
}) => {
  const server = await stage.server({ env: APP });
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const heal = proxy.rule(PATHS.events, { do: 'buffer' });
  const tab = await browser.openAs('1', MANAGER, '?policy.helloMs=1000&policy.maxDelayMs=100&policy.breakerOpenMs=3600000&policy.breakerMaxMs=3600000');
  await pollEvery(tab, MINUTES);
  await waitForLabel(tab, 'Polling');
  // The subscription itself asks for one poll; after that none is due for minutes.
  await expect.poll(() => counted(tab, 'nudges')).toBe(1);
  await expect.poll(() => counted(tab, 'polls')).toBeGreaterThanOrEqual(2);
  const polls = await counted(tab, 'polls');
  expect(proxy.sockets.open()).toBe(1);

  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  await user.burst(1);
  await expect.poll(() => deliveredTo(tab)).toContain(head + 1);
  await expect.poll(() => counted(tab, 'polls')).toBeGreaterThan(polls);
  expect(await counted(tab, 'nudges')).toBeGreaterThan(1);

  proxy.rule('/app/', { do: 'refuse' });
  proxy.sockets.cut();
  const nudges = await counted(tab, 'nudges');
  await pollEvery(tab, 3_000);
  await user.burst(1);
  await expect.poll(() => deliveredTo(tab)).toContain(head + 2);
  expect([await counted(tab, 'nudges'), proxy.sockets.open()]).toEqual([nudges, 0]);

  heal();
  proxy.heal();
  await tab.page.evaluate(() => window.harness.sync.reconnect());
  await waitForLabel(tab, 'Live');
  expect(proxy.sockets.open()).toBe(0);
  expect(await tab.page.evaluate(() => window.harness.errors)).toEqual([]);
  expect(proxy.records.filter((record) => record.k === 'W.req' && /token|secret/.test(record.path))).toEqual([]);
});
