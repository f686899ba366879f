// Faults of tabs, workers and the disk, each with the bound in which ORACLE wants the rest to have recovered.
import { checkHistory } from '../../support/history-checker.ts';
import { readScope } from '../../support/disk-reader.ts';
import { documentsOf, expectSameDocuments, health, MANAGER, probe, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { expect, test } from '../../support/browser-test.ts';
import type { Stage } from '../../support/browser-test.ts';

async function threeTabs(stage: Stage) {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tabs = [await browser.openAs('a', MANAGER), await browser.open('b'), await browser.open('c')];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await probe(user, tabs);
  return { server, proxy, browser, tabs, user };
}

test('[FLT-N01] closing and reloading tabs leaves the others without a gap', async ({ stage }) => {
  const { server, browser, tabs, user } = await threeTabs(stage);
  const [a, b, c] = tabs as [(typeof tabs)[0], (typeof tabs)[0], (typeof tabs)[0]];
  const traffic = user.burst(150, { lanes: 2, perSecond: 50 });
  // The maker's tab first: the worker lives on without it.
  await a.close();
  await b.reload();
  await b.reload();
  await traffic;
  stage.note('probe after close and reloads, ms', await probe(user, [b, c], 1_000));
  const verdict = checkHistory({ pages: browser.tape.records, server: server.events(TENANT), alive: ['b', 'c'] });
  expect(verdict.violations).toEqual([]);
});

test('[FLT-N02] after the crash of the tab that made the SharedWorker the others have the next event within 5 s', async ({ stage }) => {
  const { proxy, browser, user } = await threeTabs(stage);
  const since = performance.now();
  const crashed = await browser.crashMaker();
  expect(crashed).toHaveLength(1);
  await probe(user, browser.tabs(), 5_000);
  const took = Math.round(performance.now() - since);
  stage.note('from the crash to the next event everywhere, ms', took);
  expect(took).toBeLessThan(5_000);
  expect(proxy.records.filter(({ k }) => k === 'W.open')).toHaveLength(2);
  expect((await user.status()).streams).toHaveLength(1);
});

test('[FLT-N03] the crash of a tab that only used the worker does not even drop the connection', async ({ stage }) => {
  const { proxy, browser, tabs, user } = await threeTabs(stage);
  const engine = (await health(tabs[0] ?? never())).engine;
  await tabs[2]?.crash();
  stage.note('probe after the crash, ms', await probe(user, browser.tabs(), 1_000));
  expect(browser.tabs()).toHaveLength(2);
  expect(proxy.records.filter(({ k }) => k === 'W.open')).toHaveLength(1);
  expect((await health(tabs[0] ?? never())).engine).toBe(engine);
});

test('[FLT-N28] a database deleted under the application is made anew within 10 s, and pages are told of a new base', async ({ stage }) => {
  const { server, browser, tabs, user } = await threeTabs(stage);
  const [tab] = tabs as [(typeof tabs)[0]];
  const bases = () => browser.tape.records.filter(({ k, tab: of }) => k === 'P.base' && of === 'a').length;
  const before = bases();
  const cdp = await browser.context().newCDPSession(tab.page);
  await cdp.send('Storage.clearDataForOrigin', { origin: new URL(tab.page.url()).origin, storageTypes: 'indexeddb' });
  const since = performance.now();
  await expect.poll(bases, { timeout: 10_000 }).toBeGreaterThan(before);
  await probe(user, tabs, 10_000);
  stage.note('recovered after the loss of the database, ms', Math.round(performance.now() - since));
  const truth = documentsOf(await user.snapshot());
  for (const known of tabs) await expectSameDocuments(known, truth);
  expect((await readScope(await browser.blank(), 'dilani')).documents).toEqual(truth);
  expect(checkHistory({ pages: browser.tape.records, server: server.events(TENANT), alive: ['a', 'b', 'c'] }).violations).toEqual([]);
});

test('[FLT-N38] a tab whose main thread was busy for 10 s catches up within 2 s, and the others never wait', async ({ stage }) => {
  const { server, browser, tabs, user } = await threeTabs(stage);
  const [, busy, other] = tabs as [(typeof tabs)[0], (typeof tabs)[0], (typeof tabs)[0]];
  const { head } = await user.status();
  const work = busy.page.evaluate(() => {
    const end = performance.now() + 10_000;
    while (performance.now() < end);
  });
  await user.burst(400, { lanes: 4, perSecond: 60 });
  await waitForSeq(other, head + 400, 3_000);
  await work;
  stage.note('caught up after 10 s of work, ms', await waitForSeq(busy, head + 400, 2_000));
  expect(checkHistory({ pages: browser.tape.records, server: server.events(TENANT), alive: ['a', 'b', 'c'] }).violations).toEqual([]);
});

function never(): never {
  throw new Error('There is no such tab');
}
