// Faults of the wire, made by the loopback proxy between a real browser and the real server.
import { onWallClock } from '../../support/crash-story.ts';
import { checkHistory } from '../../support/history-checker.ts';
import { documentsOf, expectSameDocuments, health, label, MANAGER, probe, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PATHS } from '../../../src/protocol/http.ts';
import { expect, test } from '../../support/browser-test.ts';
import type { Stage } from '../../support/browser-test.ts';
import type { Verdict } from '../../support/verdict.ts';

const HEARTBEAT_MS = 1_000;
const DEAD_MS = 2.5 * HEARTBEAT_MS;
/** What a server with few clients announces. */
const SPREAD_MS = 500;
const EVENTS = PATHS.events;

async function twoTabs(stage: Stage) {
  const server = await stage.server({ env: { HEARTBEAT_MS: String(HEARTBEAT_MS) } });
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tabs = [await browser.openAs('a', MANAGER), await browser.open('b')] as const;
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await probe(user, tabs);
  const opened = () => proxy.records.filter(({ k }) => k === 'W.open').length;
  const judge = (): Verdict => checkHistory({ pages: browser.tape.records, server: server.events(TENANT), wire: onWallClock(proxy), alive: ['a', 'b'] });
  return { server, proxy, browser, tabs, user, opened, judge };
}

test('[FLT-N13] silence on an open stream is found: no page says Live, and it is Live again when the wire heals', async ({ stage }) => {
  const { proxy, tabs, user, opened, judge } = await twoTabs(stage);
  const before = opened();
  proxy.rule(EVENTS, { do: 'stall' });
  const since = performance.now();
  await expect.poll(async () => (await health(tabs[0])).status, { timeout: DEAD_MS + 3_000 }).not.toBe('healthy');
  stage.note('silence was found after, ms', Math.round(performance.now() - since));
  for (const tab of tabs) await waitForLabel(tab, 'Offline', 5_000);
  expect(opened()).toBeGreaterThan(before);
  proxy.heal();
  const healed = performance.now();
  for (const tab of tabs) await waitForLabel(tab, 'Live', 20_000);
  stage.note('Live again after, ms', Math.round(performance.now() - healed));
  await probe(user, tabs, 5_000);
  expect(judge().violations).toEqual([]);
});

test('[FLT-N14] streams reset in the middle of an event use no half of it, and a lone reset heals within the spread and a second', async ({ stage }) => {
  const { proxy, tabs, user, opened, judge } = await twoTabs(stage);
  const { head } = await user.status();
  const traffic = user.burst(200, { lanes: 2, perSecond: 50 });
  const times: number[] = [];
  for (let cut = 0; cut < 3; cut++) {
    const seen = opened();
    proxy.drop(EVENTS, 'mid-event');
    const since = performance.now();
    await expect.poll(opened, { timeout: 10_000, intervals: [20] }).toBeGreaterThan(seen);
    times.push(Math.round(performance.now() - since));
  }
  stage.note('a new stream after, ms', times.join(', '));
  await traffic;
  for (const tab of tabs) await waitForSeq(tab, head + 200);
  expect(proxy.records.filter((record) => record.k === 'W.close' && record.how === 'proxy')).toHaveLength(3);
  // Those after the first come within ten seconds of it: they are failures in a row and wait for longer.
  expect(times[0]).toBeLessThan(SPREAD_MS + 1_000);
  expect(judge().violations).toEqual([]);
});

test('[FLT-N15] an event that comes byte by byte, for longer than silence may last, is no reason to reconnect', async ({ stage }) => {
  const { proxy, tabs, user, opened, judge } = await twoTabs(stage);
  const before = opened();
  proxy.rule(EVENTS, { do: 'split', bytes: 1, delayMs: 5 });
  const took = await probe(user, tabs, 30_000);
  stage.note('one event, byte by byte, ms', took);
  expect(took).toBeGreaterThan(DEAD_MS);
  expect(await label(tabs[0])).toBe('Live');
  proxy.heal();
  await probe(user, tabs, 30_000);
  expect(opened()).toBe(before);
  expect(judge().violations).toEqual([]);
});

test('[FLT-N16] events that come twice are delivered once, and counted', async ({ stage }) => {
  const { proxy, tabs, user, opened, judge } = await twoTabs(stage);
  const before = opened();
  const { head } = await user.status();
  proxy.rule(EVENTS, { do: 'duplicate' });
  await user.burst(60);
  for (const tab of tabs) await waitForSeq(tab, head + 60);
  await expect.poll(async () => (await health(tabs[0])).counters['duplicates'] ?? 0).toBeGreaterThanOrEqual(60);
  expect(opened()).toBe(before);
  expect(judge().violations).toEqual([]);
});

test('[FLT-N17] events that come backwards within a window of four are delivered in order', async ({ stage }) => {
  const { proxy, tabs, user, judge } = await twoTabs(stage);
  const { head } = await user.status();
  proxy.rule(EVENTS, { do: 'reorder', window: 4 });
  await user.burst(80, { lanes: 4, perSecond: 40 });
  for (const tab of tabs) stage.note('the last of the reordered after, ms', await waitForSeq(tab, head + 80, 5_000));
  proxy.heal();
  await probe(user, tabs, 5_000);
  expect(judge().violations).toEqual([]);
});

test('[FLT-N18] events lost on a stream that looks healthy are missed and fetched', async ({ stage }) => {
  const { proxy, tabs, user, judge } = await twoTabs(stage);
  const { head } = await user.status();
  proxy.rule(EVENTS, { do: 'lose-events', count: 3 });
  await user.burst(3);
  // Nothing comes after the lost ones: the heartbeat alone tells.
  for (const tab of tabs) stage.note('lost events had back after, ms', await waitForSeq(tab, head + 3, 30_000));
  proxy.heal();
  await expectSameDocuments(tabs[0], documentsOf(await user.snapshot()));
  expect(judge().violations).toEqual([]);
});

test('[FLT-N19] 503 with Retry-After is respected by the whole browser, and the next attempt heals', async ({ stage }) => {
  const { proxy, tabs, user, judge } = await twoTabs(stage);
  const refused = () => proxy.records.filter((record) => record.k === 'W.req' && record.status === 503);
  proxy.rule(EVENTS, { do: 'status', code: 503, headers: { 'retry-after': '3' }, body: 'too many' });
  proxy.drop(EVENTS);
  await expect.poll(() => refused().length, { timeout: 10_000 }).toBe(2);
  const [first, second] = refused();
  expect((second?.t ?? 0) - (first?.t ?? 0)).toBeGreaterThan(2_950);
  proxy.heal();
  for (const tab of tabs) await waitForLabel(tab, 'Live', 15_000);
  await probe(user, tabs, 5_000);
  expect(judge().violations).toEqual([]);
});
