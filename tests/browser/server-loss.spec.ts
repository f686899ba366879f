// The server dies and comes back under traffic; pages say so, come back by themselves, and miss nothing.
import { checkHistory } from '../support/history-checker.ts';
import { readScope } from '../support/disk-reader.ts';
import { documentsOf, expectSameDocuments, MANAGER, TENANT, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test, type Stage } from '../support/browser-test.ts';

/** A server that was away for some seconds may have used up all five attempts; then the breaker waits 30 s before its next. */
const LONGEST_WAIT_MS = 15_000;

/** Kills the server under traffic, `kills` times; how long pages took to be Live after each restart, ms. */
async function killUnderTraffic(stage: Stage, kills: number, query: string): Promise<readonly number[]> {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tabs = [await browser.openAs('a', MANAGER, query), await browser.open('b', query)];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const { head: before } = await user.status();
  const enough = new AbortController();
  const traffic = user.burst(100_000, { lanes: 4, perSecond: 60, isPatient: true, stop: enough.signal });
  const backAfter: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await server.kill();
    for (const tab of tabs) await waitForLabel(tab, 'Offline', 10_000);
    await server.start();
    const startedAt = performance.now();
    for (const tab of tabs) await waitForLabel(tab, 'Live', LONGEST_WAIT_MS);
    backAfter.push(Math.round(performance.now() - startedAt));
  }
  enough.abort();
  await traffic;
  const { head, streams } = await user.status();
  expect(streams).toHaveLength(1);
  for (const tab of tabs) await waitForSeq(tab, head);
  const truth = documentsOf(await user.snapshot());
  for (const tab of tabs) await expectSameDocuments(tab, truth);
  const disk = await readScope(await browser.blank(), 'dilani');
  expect(disk.documents).toEqual(truth);
  const verdict = checkHistory({ pages: browser.tape.records, server: server.events(TENANT), disk: [disk.snap], alive: ['a', 'b'] });
  expect(verdict.violations).toEqual([]);
  expect(verdict.counts.delivered).toBeGreaterThanOrEqual(2 * (head - before));
  return backAfter;
}

test('[BRW8] the server is killed and started again during traffic: pages say Offline, then Live, and nothing is lost or doubled', async ({ stage }) => {
  stage.note('Live after the restart, ms', (await killUnderTraffic(stage, 1, '')).join(', '));
});

test('@extended [BRW14] a server that is killed again as soon as it is back costs no event either', async ({ stage }) => {
  // Short delays: with the usual ones outages in a row end in the breaker's minute.
  stage.note('Live after each restart, ms', (await killUnderTraffic(stage, 2, '?policy.maxDelayMs=1000&policy.breakerOpenMs=1000')).join(', '));
});

test('@extended [BRW9] an orderly restart of the server under traffic loses nothing, and pages are Live again by themselves', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tabs = [await browser.openAs('a', MANAGER), await browser.open('b')];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  let done = 0;
  const traffic = user.burst(300, { lanes: 4, perSecond: 60, isPatient: true, progress: (count) => (done = count) });
  await expect.poll(() => done).toBeGreaterThan(60);
  const stoppedAt = performance.now();
  await server.stop();
  stage.note('the server took to stop, ms', Math.round(performance.now() - stoppedAt));
  await server.start();
  await traffic;
  const { head } = await user.status();
  for (const tab of tabs) await waitForSeq(tab, head, LONGEST_WAIT_MS);
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  stage.note('Live and complete after the restart, ms', Math.round(performance.now() - stoppedAt));
  const verdict = checkHistory({ pages: browser.tape.records, server: server.events(TENANT), alive: ['a', 'b'] });
  expect(verdict.violations).toEqual([]);
});
