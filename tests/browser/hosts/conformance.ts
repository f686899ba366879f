// What every place of an engine must do, told once and run over each of them on real Chromium: one connection for all tabs, each event once and
// in order whatever dies, live again soon after a death, calls that settle, log-out, memory only.
import { readScopes } from '../../support/disk-reader.ts';
import { expect, test, type Stage } from '../../support/browser-test.ts';
import type { BrowserSession, Tab } from '../../support/browser-session.ts';
import { health, MANAGER, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import type { RestUser } from '../../support/rest-user.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { HostKind } from '../../../src/protocol/rpc.ts';
import { leadingTab } from './leader.ts';
import { startTraffic } from './traffic.ts';

/** Deaths of an engine in one story: their median is reported. */
const DEATHS = 3;

export function describeHost(kind: HostKind): void {
  const query = `?host=${kind}`;

  test.describe(`an engine in its place: ${kind}`, () => {
    test('[HST1] [HST2] [HST8] one stream for all tabs, each event on disk before it is told, and once and in order whatever dies', async ({ stage }) => {
      const { server, browser, user } = await open(stage, query);
      const tabs = [...browser.tabs(), await browser.open('b', query), await browser.open('c', query)];
      for (const tab of tabs) await waitForLabel(tab, 'Live');
      const hosts = await Promise.all(tabs.map(async (tab) => (await health(tab)).host));
      expect(hosts).toEqual([kind, kind, kind]);
      expect((await user.status()).streams).toHaveLength(1);
      const { head: from } = await user.status();

      const traffic = startTraffic(user);
      expect(await toldBeforeTheDisk(tabs[1] ?? never())).toEqual([]);
      const gaps: number[] = [];
      for (let death = 0; death < DEATHS; death++) {
        const observer = await killEngine(browser, death);
        const survivor = browser.tabs().find((tab) => tab.name !== observer.dead) ?? never();
        gaps.push(await nextDelivery(browser, survivor, observer.at));
        while (browser.tabs().length < 3) await browser.open(`later-${death}-${browser.tabs().length}`, query);
      }
      const [reloaded] = browser.tabs();
      await reloaded?.reload();
      const to = await traffic.stop();
      for (const tab of browser.tabs()) await waitForSeq(tab, to);
      expect((await user.status()).streams).toHaveLength(1);
      stage.note(`${kind}: first event after a death, ms`, `median ${median(gaps)} of ${gaps.join(', ')}`);
      expect(median(gaps)).toBeLessThan(5_000);
      await expectOnceInOrder(browser, server, from);
    });

    test('[HST3] [HST4] log-out ends engine, stream and data in all tabs; then memory only, over calls that settle', async ({ stage }) => {
      const { browser, user } = await open(stage, query);
      const [first = never()] = browser.tabs();
      const second = await browser.open('b', query);
      await waitForLabel(second, 'Live');
      await second.page.evaluate(() => window.harness.logout());
      for (const tab of [first, second]) await expect.poll(() => tab.page.evaluate(() => window.harness.phase)).toBe('signed-out');
      await expect.poll(async () => (await user.status()).streams.length).toBe(0);
      const left = await readScopes(await browser.blank());
      expect(left.flatMap(({ documents, snap }) => [...Object.keys(documents), ...snap.events])).toEqual([]);
      await Promise.all([first.close(), second.close()]);

      const memory = await browser.openAs('memory', MANAGER, `${query}&memory=on`);
      await waitForLabel(memory, 'Live');
      // Everything it shows came by calls to the engine: there is no database to read.
      await expect.poll(() => memory.page.evaluate(() => window.harness.documents('orders').length)).toBeGreaterThan(0);
      expect(await health(memory)).toMatchObject({ host: kind, isDurable: false });
      expect((await readScopes(await browser.blank())).flatMap(({ documents }) => Object.keys(documents))).toEqual([]);
      expect(await memory.page.evaluate(() => window.harness.errors)).toEqual([]);
    });
  });
}

async function open(stage: Stage, query: string): Promise<{ server: ServerProcess; browser: BrowserSession; user: RestUser }> {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await waitForLabel(await browser.openAs('a', MANAGER, query), 'Live');
  return { server, browser, user: await server.signIn(MANAGER) };
}

/** Of the next 20 events those that this page was told of while the disk did not have them yet. */
function toldBeforeTheDisk({ page }: Tab): Promise<number[]> {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name = '' }) => name);
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(names.find((name) => /^holdfast:\w+:store$/.test(name)) ?? '');
      opening.addEventListener('success', () => resolve(opening.result));
    });
    const onDisk = (): Promise<number> =>
      new Promise((resolve) => {
        const reading = db.transaction('meta').objectStore('meta').get('log') as IDBRequest<{ cursor: string }>;
        reading.addEventListener('success', () => resolve(Number(reading.result.cursor.split('_')[1])));
      });
    const early: number[] = [];
    let seen = 0;
    await new Promise<void>((resolve) => {
      const end = window.harness.sync.subscribe(async (event) => {
        const seq = Number(event.id.split('_')[1]);
        if ((await onDisk()) < seq) early.push(seq);
        if (++seen === 20) resolve(end());
      });
    });
    db.close();
    return early;
  });
}

/** The tab whose engine leads crashes, or closes, or the renderer with the SharedWorker is killed. */
async function killEngine(browser: BrowserSession, death: number): Promise<{ at: number; dead: string }> {
  const leading = await leadingTab(browser);
  if (!leading) {
    const at = Date.now();
    const [dead] = await browser.crashMaker();
    return { at, dead: dead?.name ?? '' };
  }
  const at = Date.now();
  await (death % 2 === 0 ? leading.crash() : leading.close());
  return { at, dead: leading.name };
}

/** Ms from `at` to the first event of a new engine that `tab` was told of. */
async function nextDelivery({ tape }: BrowserSession, tab: Tab, at: number): Promise<number> {
  const told = (): number | undefined => {
    const leader = tape.records.find((record) => record.tab === tab.name && record.k === 'H.leader' && record.t > at && Number(record.term) > 0);
    return tape.records.find((record) => record.tab === tab.name && record.k === 'P.deliver' && record.t > (leader?.t ?? Infinity))?.t;
  };
  await expect.poll(told, { timeout: 20_000, intervals: [20] }).toBeDefined();
  return Math.round((told() ?? Infinity) - at);
}

/** By the tapes of all tabs, the dead ones too: what a page load was told is an unbroken stretch of the server's log. */
async function expectOnceInOrder({ tape, tabs }: BrowserSession, server: ServerProcess, from: number): Promise<void> {
  const log = server.events(TENANT).map(({ seq }) => seq);
  const head = log.at(-1) ?? 0;
  // A load that began with the last event was told of none: its base covers it.
  const last = (name: string) => tape.records.findLast(({ k, tab }) => (k === 'P.deliver' || k === 'P.base') && tab === name);
  for (const { name } of tabs()) await expect.poll(() => last(name)?.seq, { message: name }).toBe(head);
  const told = Map.groupBy(
    tape.records.filter(({ k }) => k === 'P.deliver'),
    ({ tab, inc }) => `${tab}#${inc}`,
  );
  for (const [load, records] of told) {
    const seqs = records.map(({ seq }) => Number(seq));
    expect(seqs, load).toEqual(Array.from({ length: seqs.length }, (_, at) => (seqs[0] ?? 0) + at));
  }
  expect(head).toBeGreaterThan(from);
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
}

function never(): never {
  throw new Error('There is no such tab');
}
