// Many tabs, one connection: who shares it, who doesn't, and what a late or reloaded page gets.
import {
  deliveredTo,
  documentsOf,
  expectSameDocuments,
  health,
  lastSeqOf,
  MANAGER,
  OTHER_MANAGER,
  probe,
  TENANT,
  waitForLabel,
  waitForSeq,
  WORKER,
} from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

test('[BRW1] eight tabs share one stream, by the count of the server, and each of them gets every event', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const first = await browser.openAs('tab-1', MANAGER);
  await waitForLabel(first, 'Live');
  const others = await Promise.all([2, 3, 4, 5, 6, 7, 8].map((number) => browser.open(`tab-${number}`)));
  const tabs = [first, ...others];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const { head, streams } = await user.status();
  expect(streams).toHaveLength(1);
  await user.burst(200);
  await Promise.all(tabs.map((tab) => waitForSeq(tab, head + 200)));
  const expected = server.events(TENANT).flatMap(({ seq }) => (seq > head ? [seq] : []));
  expect(expected).toHaveLength(200);
  for (const tab of tabs) expect(await deliveredTo(tab)).toEqual(expected);
  expect((await user.status()).streams).toHaveLength(1);
  const engines = await Promise.all(tabs.map(async (tab) => (await health(tab)).engine));
  expect(new Set(engines).size).toBe(1);
});

test('[BRW2] a reload of the only tab keeps events, documents and the stream, and calls nobody back for history', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tab = await browser.openAs('only', MANAGER);
  await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await user.burst(50);
  const newest = () => tab.page.evaluate(() => Number(window.harness.events.at(-1)?.id.split('_')[1]));
  await waitForSeq(tab, (await user.status()).head);
  // What was delivered is shown some milliseconds later.
  await expect.poll(newest).toBe((await user.status()).head);
  const before = await tab.page.evaluate(() => ({ events: window.harness.events, engine: window.harness.health.engine }));
  const { streams: streamsBefore, head } = await user.status();
  await tab.reload();
  await waitForLabel(tab, 'Live');
  await waitForSeq(tab, head);
  await expect.poll(newest).toBe(head);
  const after = await tab.page.evaluate(() => ({ events: window.harness.events, engine: window.harness.health.engine }));
  expect(after.events).toEqual(before.events);
  expect(after.engine).toBe(before.engine);
  expect((await user.status()).streams.map(({ clientId }) => clientId)).toEqual(streamsBefore.map(({ clientId }) => clientId));
  await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  expect(await deliveredTo(tab)).toEqual([]);
  await probe(user, [tab]);
  expect(await deliveredTo(tab)).toEqual([head + 1]);
});

test('[BRW3] a page that comes late has the same documents and events as one that was there all the time', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const early = await browser.openAs('early', MANAGER, '?history=300');
  await waitForLabel(early, 'Live');
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  await user.burst(300);
  const late = await browser.open('late', '?history=300');
  await Promise.all([early, late].map((tab) => waitForSeq(tab, head + 300)));
  const [seenEarly, seenLate] = await Promise.all([early, late].map((tab) => tab.page.evaluate(() => window.harness.events.map(({ id }) => id))));
  expect(seenLate).toEqual(seenEarly);
  expect(seenLate).toHaveLength(300);
  const truth = documentsOf(await user.snapshot());
  for (const tab of [early, late]) await expectSameDocuments(tab, truth);
  await probe(user, [early, late]);
  expect(await lastSeqOf(late)).toBe(head + 301);
});

test('[BRW4] two tenants and two roles in three browsers have a stream each and see nothing of each other', async ({ stage }) => {
  const server = await stage.server();
  const people = [MANAGER, WORKER, OTHER_MANAGER];
  const browsers = [];
  for (const _ of people) browsers.push(await stage.browser(server.url));
  const tabs = [];
  for (const [at, browser] of browsers.entries()) tabs.push(await browser.openAs(`of-${at}`, people[at] ?? ''));
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const [here, , there] = await Promise.all(people.map((email) => server.signIn(email)));
  expect((await here?.status())?.streams.map(({ user }) => user).toSorted()).toEqual(['dilani', 'nimal']);
  expect((await there?.status())?.streams.map(({ user }) => user)).toEqual(['ruwan']);
  const counts = await Promise.all(tabs.map((tab) => deliveredTo(tab)));
  await here?.burst(20);
  await Promise.all(tabs.slice(0, 2).map((tab) => expect.poll(async () => (await deliveredTo(tab)).length).toBeGreaterThanOrEqual(20)));
  expect(await deliveredTo(tabs[2] ?? never())).toEqual(counts[2]);
});

function never(): never {
  throw new Error('There is no such tab');
}
