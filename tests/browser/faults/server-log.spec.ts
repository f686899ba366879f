// The server dies, or its log is not what it was: pruned below a reader, or restored from a backup. A reader is told, starts anew, and never
// mixes two histories.
import { startFaultRun } from '../../support/fault-run.ts';
import { checkHistory } from '../../support/history-checker.ts';
import { readScope } from '../../support/disk-reader.ts';
import { documentsOf, expectSameDocuments, health, MANAGER, probe, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { expect, test } from '../../support/browser-test.ts';
import type { BrowserSession, Tab } from '../../support/browser-session.ts';
import type { RestUser } from '../../support/rest-user.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { ServerEvent } from '../../support/tape.ts';

/** The server is away twice in a row: how long a browser waits for it is another story. */
const QUICK = '?policy.maxDelayMs=1000&policy.breakerOpenMs=1000';

test('@core [FLT-N10] a server that is killed and started again is found within 10 s, and its log goes on where it was', async ({ stage }) => {
  const run = await startFaultRun(stage, { query: QUICK });
  run.begin('N10');
  await run.server.kill();
  for (const tab of run.tabs()) await waitForLabel(tab, 'Offline', 10_000);
  await run.server.start();
  await run.end('N10');
  for (const tab of run.tabs()) await waitForLabel(tab, 'Live');
  expect((await run.judge()).violations).toEqual([]);
});

test('[FLT-N33] a browser that was away for longer than the log reaches back is told so and starts anew from a snapshot', async ({ stage }) => {
  const server = await stage.server({ env: { RETENTION_MAX_EVENTS: '50' } });
  const browser = await stage.browser(server.url);
  const tab = await browser.openAs('a', MANAGER);
  await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  await probe(user, [tab]);
  await browser.kill();
  const { head } = await user.status();
  await user.burst(150);
  await expect.poll(async () => (await user.status()).floor, { timeout: 20_000 }).toBeGreaterThan(head);
  await browser.launch();
  const back = await browser.open('b');
  const since = performance.now();
  await waitForLabel(back, 'Live');
  await waitForBase(() => browser.tape.records.filter(({ k, tab: of, why }) => k === 'P.base' && of === 'b' && why !== 'restored').length);
  stage.note('resync after expiry, ms', Math.round(performance.now() - since));
  expect((await health(back)).counters['resync:expired']).toBe(1);
  await expectSameDocuments(back, documentsOf(await user.snapshot()));
  await probe(user, [back], 5_000);
  const disk = await readScope(await browser.blank(), 'dilani');
  expect(
    checkHistory({ pages: browser.tape.records, server: server.events(TENANT), disk: [disk.snap], alive: ['b'] }).violations.filter(
      ({ where }) => where !== 'a#1',
    ),
  ).toEqual([]);
});

const RESTORES = [
  { id: 'FLT-N11', name: 'with a new epoch', sql: "UPDATE head SET epoch = 'restored' || tenant", isRefilled: true, reason: 'unknown' },
  { id: 'FLT-N12', name: 'with the same epoch, and refilled', sql: '', isRefilled: true, reason: 'forked' },
  { id: 'FLT-N12', name: 'with the same epoch, and still shorter', sql: '', isRefilled: false, reason: 'ahead' },
];

for (const { id, name, sql, isRefilled, reason } of RESTORES) {
  test(`${sql ? '@core ' : ''}[${id}] a server restored from a backup ${name} is noticed, and no page mixes two histories`, async ({ stage }) => {
    const server = await stage.server();
    const proxy = await stage.proxy(server.url);
    const browser = await stage.browser(proxy.url);
    const tabs = [await browser.openAs('a', MANAGER, QUICK), await browser.open('b', QUICK)];
    for (const tab of tabs) await waitForLabel(tab, 'Live');
    const user = await server.signIn(MANAGER);
    await probe(user, tabs);
    await server.stop();
    const restore = await server.backup();
    await server.start();
    await user.burst(40);
    for (const tab of tabs) await waitForSeq(tab, (await user.status()).head);
    const lost = server.events(TENANT);

    proxy.rule('/api', { do: 'refuse' });
    await server.stop();
    restore();
    if (sql) server.edit(sql);
    await server.start();
    if (isRefilled) await user.burst(80);
    proxy.heal();
    const since = performance.now();
    await expect.poll(async () => (await health(tabs[0] ?? never())).counters[`resync:${reason}`] ?? 0, { timeout: 15_000 }).toBe(1);
    await probe(user, tabs, 15_000);
    stage.note('one history again after, ms', Math.round(performance.now() - since));
    await expectOneHistory({ server, browser, tabs, user, lost, isSameEpoch: sql === '' });
  });
}

/** The disk and all pages hold what the server has now; after their last base pages were told of nothing else. */
async function expectOneHistory({ server, browser, tabs, user, lost, isSameEpoch }: Restored): Promise<void> {
  const truth = documentsOf(await user.snapshot());
  for (const tab of tabs) await expectSameDocuments(tab, truth);
  expect((await readScope(await browser.blank(), 'dilani')).documents).toEqual(truth);
  const now = server.events(TENANT);
  const { violations } = checkHistory({ pages: browser.tape.records, server: [...lost, ...now] });
  // Of one epoch with two histories only the hash can tell what belongs where: R1 and R3 hold, holes can't be judged.
  expect(violations.filter(({ rule }) => !isSameEpoch || rule === 'R1' || rule === 'R3')).toEqual([]);
  const hashes = new Set(now.map(({ hash }) => hash));
  for (const { name } of tabs) {
    const last = browser.tape.records.findLastIndex(({ k, tab }) => k === 'P.base' && tab === name);
    const told = browser.tape.records.slice(last).filter(({ k, tab }) => k === 'P.deliver' && tab === name);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ hash }) => hashes.has(String(hash)))).toBe(true);
  }
}

interface Restored {
  readonly server: ServerProcess;
  readonly browser: BrowserSession;
  readonly tabs: readonly Tab[];
  readonly user: RestUser;
  /** The log as it was before the restore. */
  readonly lost: readonly ServerEvent[];
  readonly isSameEpoch: boolean;
}

async function waitForBase(count: () => number): Promise<void> {
  await expect.poll(count, { timeout: 10_000 }).toBeGreaterThan(0);
}

function never(): never {
  throw new Error('There is no such tab');
}
