// Places beside each other: pages that chose differently share one connection, the lead goes to and fro without losing an event, and nobody waits
// for a tab whose main thread is busy.
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { health, MANAGER, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { leadingTab } from './leader.ts';
import { startTraffic } from './traffic.ts';

test('[HST5] a SharedWorker and elected pages side by side: the lead changes hands with each death, on one stream, and no event is lost or doubled', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const shared = await browser.openAs('shared-1', MANAGER, '?host=shared');
  await waitForLabel(shared, 'Live');
  const user = await server.signIn(MANAGER);
  const traffic = startTraffic(user);
  const elected = await browser.open('elected', '?host=elected');
  const inline = await browser.open('inline', '?host=inline');
  for (const tab of [elected, inline]) await waitForLabel(tab, 'Live');
  const hostOf = async () => (await health(inline)).host;
  expect(await hostOf()).toBe('shared');

  await browser.crashMaker();
  await expect.poll(hostOf).toBe('elected');
  const back = await browser.open('shared-2', '?host=shared');
  await waitForLabel(back, 'Live');
  expect((await leadingTab(browser))?.name).toBe('elected');
  await elected.close();
  await expect.poll(hostOf).toBe('inline');
  await waitForLabel(back, 'Live');
  await inline.reload();
  await expect.poll(hostOf).toBe('shared');

  const head = await traffic.stop();
  for (const tab of browser.tabs()) await waitForSeq(tab, head);
  expect((await user.status()).streams).toHaveLength(1);
  const log = server.events(TENANT).map(({ seq }) => seq);
  const told = Map.groupBy(
    browser.tape.records.filter(({ k }) => k === 'P.deliver'),
    ({ tab, inc }) => `${tab}#${inc}`,
  );
  for (const [load, records] of told) {
    const seqs = records.map(({ seq }) => Number(seq));
    expect(seqs, load).toEqual(log.filter((seq) => seq >= (seqs[0] ?? 0) && seq <= (seqs.at(-1) ?? 0)));
  }
});

test('[HST6] while the main thread of the tab that runs the engine, or made its SharedWorker, is blocked, a new tab is live and its calls are answered', async ({
  stage,
}) => {
  // Both places at once: each costs the ten seconds of the block.
  await Promise.all((['shared', 'elected'] as const).map((host) => beBlocked(stage, host)));
});

async function beBlocked(stage: Stage, host: string): Promise<void> {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  // Memory only: everything that a page shows came by a call.
  const query = `?host=${host}&memory=on`;
  const maker = await browser.openAs(`maker-${host}`, MANAGER, query);
  await waitForLabel(maker, 'Live');
  const user = await server.signIn(MANAGER);
  const blocked = maker.page.evaluate(() => {
    const until = Date.now() + 10_000;
    while (Date.now() < until);
    return Date.now();
  });
  const late = await browser.open(`late-${host}`, query);
  await waitForLabel(late, 'Live');
  await expect.poll(() => late.page.evaluate(() => window.harness.documents('orders').length), { timeout: 8_000 }).toBeGreaterThan(0);
  expect(await late.page.evaluate(() => window.harness.manager()?.prefer({ transport: 'auto' }))).toBeUndefined();
  await user.burst(20);
  await waitForSeq(late, (await user.status()).head, 8_000);
  const doneAt = Date.now();
  expect(await blocked).toBeGreaterThan(doneAt);
  expect((await user.status()).streams).toHaveLength(1);
  await waitForSeq(maker, (await user.status()).head);
}

test('@extended [HST9] a SharedWorker outlives its last tab and lets the stream go when nobody has wanted it for a while; the next tab finds the same engine', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const query = '?host=shared&policy.lingerMs=1000';
  const last = await browser.openAs('last', MANAGER, query);
  await waitForLabel(last, 'Live');
  const { engine } = await health(last);
  const user = await server.signIn(MANAGER);
  await last.close();
  await expect.poll(async () => (await user.status()).streams).toEqual([]);
  await user.burst(10);
  const next = await browser.open('next', query);
  await waitForLabel(next, 'Live');
  await waitForSeq(next, (await user.status()).head);
  expect((await health(next)).engine).toBe(engine);
  expect((await user.status()).streams).toHaveLength(1);
});
