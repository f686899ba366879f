// Law 1 on real input: tabs crash at random moments of a burst, and nothing is lost, doubled or reordered. And the test can fail:
// against a build that publishes before it commits, the same judge must speak up.
import { runCrashStory, onWallClock } from '../support/crash-story.ts';
import { readScope } from '../support/disk-reader.ts';
import { checkHistory } from '../support/history-checker.ts';
import { deliveredTo, documentsOf, expectSameDocuments, MANAGER, TENANT, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { expect, test } from '../support/browser-test.ts';

const SEED = Number(process.env['SEED'] ?? Date.now() % 100_000);

test('[BRW5] tabs crash at ten random moments of 5,000 events, and disk, documents and pages hold each event once and in order', async ({ stage }) => {
  test.setTimeout(180_000);
  stage.note('seed', SEED);
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const run = await runCrashStory({ server, proxy, browser, random: createSeededRandom(SEED), events: 5_000, crashes: 11, makers: 0.6 });
  stage.note('crashes of the maker and of others', `${run.crashed.maker} and ${run.crashed.other}`);
  stage.note('burst, ms', run.burstMs);
  stage.note('recoveries after the maker, ms', run.recoveries.join(', '));
  const expected = Array.from({ length: 5_000 }, (_, at) => run.from + 1 + at);

  const asking = await browser.open('asks-for-all', '?history=5000');
  await expect.poll(() => asking.page.evaluate(() => window.harness.events.length)).toBe(5_000);
  expect(await asking.page.evaluate(() => window.harness.events.map(({ id }) => Number(id.split('_')[1])))).toEqual(expected);
  const truth = documentsOf(await run.user.snapshot());
  for (const tab of [...run.tabs, asking]) await expectSameDocuments(tab, truth);
  for (const tab of run.tabs)
    expect(await deliveredTo(tab)).toEqual(browser.tape.records.filter(({ k, tab: of }) => k === 'P.deliver' && of === tab.name).map(({ seq }) => seq));
  for (const tab of browser.tabs()) expect(await tab.page.evaluate(() => window.harness.errors)).toEqual([]);

  const disk = await readScope(await browser.blank(), 'dilani');
  expect(disk.snap.events.filter((seq) => seq > run.from)).toEqual(expected);
  expect(disk.documents).toEqual(truth);

  const verdict = checkHistory({ ...run.history(), disk: [disk.snap] });
  stage.note('judged', JSON.stringify(verdict.counts));
  expect(verdict.violations).toEqual([]);
  expect(verdict.notRun).toEqual([]);
  expect(verdict.counts.delivered).toBeGreaterThan(5_000);
  expect(Math.max(...run.recoveries)).toBeLessThan(5_000);
});

test('@extended [BRW6] where a frame is published before its commit, the same story is found out', async ({ stage }) => {
  test.setTimeout(120_000);
  const server = await stage.server({ build: 'publish-first' });
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const run = await runCrashStory({ server, proxy, browser, random: createSeededRandom(SEED), events: 1_200, crashes: 7, makers: 1 });
  const { violations } = checkHistory(run.history());
  stage.note('violations found', violations.length);
  expect(violations.map(({ rule }) => rule)).toContain('L1');
});

test('[BRW7] the browser is killed during a burst and started again on the same profile: what pages were told is on disk, the rest arrives', async ({
  stage,
}) => {
  test.setTimeout(120_000);
  const random = createSeededRandom(SEED);
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  await waitForLabel(await browser.openAs('a', MANAGER), 'Live');
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  let done = 0;
  const burst = user.burst(1_500, { perSecond: 200, progress: (count) => (done = count) });
  const disk = [];
  for (const moment of [200 + random.int(300), 800 + random.int(300)]) {
    await browser.open('b');
    await expect.poll(() => done, { intervals: [5] }).toBeGreaterThanOrEqual(moment);
    await browser.kill();
    await browser.launch();
    disk.push((await readScope(await browser.blank(), 'dilani')).snap);
    const tab = await browser.open('a');
    await waitForLabel(tab, 'Live');
  }
  await burst;
  const tab = await browser.open('last', '?history=1500');
  stage.note('caught up after the burst, ms', await waitForSeq(tab, head + 1_500));
  await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  expect(await tab.page.evaluate(() => window.harness.events.map(({ id }) => Number(id.split('_')[1])))).toEqual(
    Array.from({ length: 1_500 }, (_, at) => head + 1 + at),
  );
  const last = await readScope(await browser.blank(), 'dilani');
  const verdict = checkHistory({
    pages: browser.tape.records,
    server: server.events(TENANT),
    wire: onWallClock(proxy),
    disk: [...disk, last.snap],
    alive: ['last'],
  });
  expect(verdict.violations).toEqual([]);
  expect(disk.every(({ cursor }) => cursor !== null && cursor.seq > head)).toBe(true);
});
