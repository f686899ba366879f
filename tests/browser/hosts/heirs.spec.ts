// What an engine that takes over has to find anew or hear from others: tokens that only pages have, and that the server knows of a later one.
import { HEADERS, PATHS } from '../../../src/protocol/http.ts';
import type { BrowserSession } from '../../support/browser-session.ts';
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { deliveredTo, health, MANAGER, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { DILANI, withTokens } from '../../support/token-application.ts';
import { leadingTab } from './leader.ts';

const PLACES = ['shared', 'elected'] as const;

test('@extended [BEA8] the engine dies with its tab, and the next one asks the pages that are left for a token: live again, no event lost', async ({
  stage,
}) => {
  await Promise.all(PLACES.map((host) => beHeir(stage, host)));
});

async function beHeir(stage: Stage, host: string): Promise<void> {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const query = `${DILANI}&host=${host}`;
  const tabs = [await browser.open(`${host}-a`, query), await browser.open(`${host}-b`, query)];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  const given = (await Promise.all(tabs.map(({ page }) => page.evaluate(() => window.given)))).flat();
  await killEngine(browser);
  const [left] = browser.tabs();
  if (!left) throw new Error('No tab is left');
  await user.burst(20);
  await waitForSeq(left, head + 20);
  await waitForLabel(left, 'Live');
  expect(await deliveredTo(left)).toEqual(Array.from({ length: 20 }, (_, at) => head + 1 + at));
  const { streams } = await user.status();
  expect(streams.map(({ user: of }) => of)).toEqual(['dilani']);
  // The next engine's token is one that this page was asked for: none lay anywhere.
  expect((await left.page.evaluate(() => window.given)).filter((token) => !given.includes(token))).not.toEqual([]);
  expect(await left.page.evaluate(() => window.harness.errors)).toEqual([]);
}

test('@extended [TKO13] an engine that the server tells of a later term (409) retires, and the next one leads, with each event once', async ({ stage }) => {
  await Promise.all(PLACES.map((host) => beOutdated(stage, host)));
});

async function beOutdated(stage: Stage, host: string): Promise<void> {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const query = `?host=${host}`;
  const tabs = [await browser.openAs(`${host}-a`, MANAGER, query), await browser.open(`${host}-b`, query)];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const { streams, head } = await user.status();
  const [own] = streams;
  const [first] = tabs;
  const before = first && (await health(first)).engine;

  // An engine of this device that the pages never heard of: its bus was deaf, or its profile was copied.
  const stranger = new AbortController();
  const term = Date.now();
  const headers = { ...user.credentials, accept: 'text/event-stream', [HEADERS.device]: own?.device ?? '', [HEADERS.term]: String(term) };
  const answer = await fetch(`${server.url}${PATHS.events}`, { headers, signal: stranger.signal });
  expect(answer.status).toBe(200);
  await expect
    .poll(() => proxy.records.some((record) => record.k === 'W.req' && record.status === 409), { message: `${host}: the older engine was told` })
    .toBe(true);
  for (const tab of tabs) {
    await expect.poll(async () => (await health(tab)).engine).not.toBe(before);
    await waitForLabel(tab, 'Live');
  }
  stranger.abort();
  const { streams: after } = await user.status();
  expect(after.map((stream) => Number(stream.term) > term)).toEqual([true]);
  await user.burst(10);
  for (const tab of tabs) {
    await waitForSeq(tab, head + 10);
    expect(await deliveredTo(tab)).toEqual(Array.from({ length: 10 }, (_, at) => head + 1 + at));
  }
}

async function killEngine(browser: BrowserSession): Promise<void> {
  const leading = await leadingTab(browser);
  if (leading) await leading.crash();
  else expect(await browser.crashMaker()).toHaveLength(1);
}
