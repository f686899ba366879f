// Several deployed versions at once: the newest build leads, hands over without overlap or loss, and an older one takes over where no newer is left.
import { expect, test } from '../../support/browser-test.ts';
import { readScopes } from '../../support/disk-reader.ts';
import type { BrowserSession, Tab } from '../../support/browser-session.ts';
import { MANAGER, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PASSWORD, type RestUser } from '../../support/rest-user.ts';
import { makeBuilds, type Builds } from './builds.ts';
import { startTraffic } from './traffic.ts';

let builds: Builds;
test.beforeAll(async () => void (builds = await makeBuilds(4)));
test.afterAll(() => builds.dispose());

for (const host of ['shared', 'elected'] as const) {
  test(`[HOV1] [HOV2] four builds at once (${host}): N, then N+1, then N-1, then a rollback with a newer number; each event once, one stream`, async ({
    stage,
  }) => {
    const server = await stage.server({ distDir: builds.distDir });
    const browser = await stage.browser(server.url);
    const page = (number: number): string => `${number}/index.html?host=${host}`;
    const second = await browser.openAs('build-2', MANAGER, page(2));
    await waitForLabel(second, 'Live');
    const user = await server.signIn(MANAGER);
    const traffic = startTraffic(user);
    const leaders = [await engineOf(second)];

    const third = await browser.open('build-3', page(3));
    leaders.push(await anotherEngine(third, leaders));
    await expect.poll(() => engineOf(second)).toBe(leaders[1]);

    // A tab of an older build that is opened late changes nothing.
    const first = await browser.open('build-1', page(1));
    await waitForLabel(first, 'Live');
    expect(await engineOf(first)).toBe(leaders[1]);

    const rollback = await browser.open('rollback', page(4));
    leaders.push(await anotherEngine(rollback, leaders));
    for (const tab of [first, second, third]) await expect.poll(() => engineOf(tab)).toBe(leaders[2]);
    await expectOneStream(user);

    // With the newest gone, an older one leads again.
    await rollback.close();
    await third.close();
    if (host === 'elected') leaders.push(await anotherEngine(first, leaders));

    const head = await traffic.stop();
    for (const tab of [first, second]) await waitForSeq(tab, head);
    await expectOneStream(user);
    expectUnbroken(
      browser,
      server.events(TENANT).map(({ seq }) => seq),
    );
    expect(await second.page.evaluate(() => window.harness.errors)).toEqual([]);
  });
}

test('@extended [OUT3] log-out in a tab of an older build ends the engine of the newer one, its stream, and the data, in all tabs', async ({ stage }) => {
  const server = await stage.server({ distDir: builds.distDir });
  const browser = await stage.browser(server.url);
  const older = await browser.openAs('older', MANAGER, '1/index.html');
  await waitForLabel(older, 'Live');
  const newer = await browser.open('newer', '2/index.html');
  const first = await engineOf(older);
  await expect.poll(() => engineOf(older)).not.toBe(first);
  const user = await server.signIn(MANAGER);
  const traffic = startTraffic(user);
  await older.page.evaluate(() => window.harness.logout());
  for (const tab of [older, newer]) await expect.poll(() => tab.page.evaluate(() => window.harness.phase)).toBe('signed-out');
  await expect.poll(async () => (await user.status()).streams).toEqual([]);
  await traffic.stop();
  const left = await readScopes(await browser.blank());
  expect(left.flatMap(({ documents, snap }) => [...Object.keys(documents), ...snap.events])).toEqual([]);
  await newer.page.evaluate(([who, word]) => window.harness.signIn(who, word), [MANAGER, PASSWORD] as const);
  for (const tab of [older, newer]) await waitForLabel(tab, 'Live');
  await expectOneStream(user);
});

function engineOf({ page }: Tab): Promise<string | null> {
  return page.evaluate(() => window.harness.health.engine);
}

/** Waits for one that hasn't led before. */
async function anotherEngine(tab: Tab, before: readonly (string | null)[]): Promise<string | null> {
  await expect.poll(async () => [null, ...before].includes(await engineOf(tab)), { message: `${tab.name} hears another engine` }).toBe(false);
  return engineOf(tab);
}

/** Each page load was told an unbroken stretch of the log. */
function expectUnbroken({ tape }: BrowserSession, log: readonly number[]): void {
  const told = Map.groupBy(
    tape.records.filter(({ k }) => k === 'P.deliver'),
    ({ tab, inc }) => `${tab}#${inc}`,
  );
  for (const [load, records] of told) {
    const seqs = records.map(({ seq }) => Number(seq));
    expect(seqs, load).toEqual(log.filter((seq) => seq >= (seqs[0] ?? 0) && seq <= (seqs.at(-1) ?? 0)));
  }
}

/** Never two. For a moment there may be none: the new engine leads before its stream is open. */
async function expectOneStream(user: RestUser): Promise<void> {
  expect((await user.status()).streams.length).toBeLessThan(2);
  await expect.poll(async () => (await user.status()).streams.length).toBe(1);
}
