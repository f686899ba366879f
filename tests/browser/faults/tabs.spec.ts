// Faults of tabs, workers, the browser and the disk under it, each judged with the bound in which the oracle wants the rest to have recovered.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { readScope } from '../../support/disk-reader.ts';
import { documentsOf, expectSameDocuments, health, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { expect, test } from '../../support/browser-test.ts';
import { leadingTab } from '../hosts/leader.ts';

const THREE = ['a', 'b', 'c'];

for (const host of ['shared', 'elected'] as const) {
  const query = `?host=${host}`;

  test(`@core [FLT-N01] ${host}: closing and reloading tabs leaves the others without a gap`, async ({ stage }) => {
    const run = await startFaultRun(stage, { tabs: THREE, query });
    const traffic = run.user.burst(120, { lanes: 2, perSecond: 60 });
    run.begin('N01');
    // The first one made the SharedWorker, or was elected.
    await run.tab('a').close();
    await run.tab('b').reload();
    await run.tab('b').reload();
    await traffic;
    await run.end('N01');
    await expectClean(run);
  });

  test(`@core [FLT-N02] ${host}: after the crash of the tab that holds the engine the others have the next event within 5 s`, async ({ stage }) => {
    const run = await startFaultRun(stage, { tabs: THREE, query });
    run.begin('N02');
    if (host === 'shared') expect(await run.browser.crashMaker()).toHaveLength(1);
    else await (await leadingTab(run.browser))?.crash();
    await run.end('N02');
    expect(run.tabs()).toHaveLength(2);
    expect(run.opened()).toBe(2);
    expect((await run.user.status()).streams).toHaveLength(1);
    await expectClean(run);
  });

  test(`${host === 'shared' ? '@core ' : ''}[FLT-N08] ${host}: after a kill of the whole browser the disk holds what was told, and the next start has the rest within 5 s`, async ({
    stage,
  }) => {
    const run = await startFaultRun(stage, { query });
    const traffic = run.user.burst(150, { lanes: 2, perSecond: 60 });
    await waitForSeq(run.tab('b'), (await run.user.status()).head + 30);
    run.begin('N08');
    await run.browser.kill();
    await traffic;
    await run.browser.launch();
    expect((await run.disk()).snap.cursor).not.toBeNull();
    await run.browser.open('a', query);
    await run.end('N08');
    await allHave(run);
    await expectClean(run);
  });
}

test('@core [FLT-N03] the crash of a tab that only used the worker does not even drop the connection', async ({ stage }) => {
  const run = await startFaultRun(stage, { tabs: THREE });
  const engine = (await health(run.tab('a'))).engine;
  run.begin('N03');
  await run.tab('c').crash();
  await run.end('N03');
  expect(run.tabs()).toHaveLength(2);
  expect(run.opened()).toBe(1);
  expect((await health(run.tab('a'))).engine).toBe(engine);
  await expectClean(run);
});

test('@core [FLT-N04] a SharedWorker that the browser ends is missed at once, and the next one goes on', async ({ stage }) => {
  const run = await startFaultRun(stage, { query: '?host=shared' });
  const traffic = run.user.burst(120, { lanes: 2, perSecond: 60 });
  const before = (await health(run.tab('a'))).engine;
  run.begin('N04');
  await endSharedWorkers(run);
  await run.end('N04');
  await traffic;
  await expect.poll(async () => (await health(run.tab('a'))).engine).not.toBe(before);
  await allHave(run);
  expect((await run.user.status()).streams).toHaveLength(1);
  await expectClean(run);
});

test('[FLT-N28] a database deleted under the application is made anew within 10 s, and pages are told of a new base', async ({ stage }) => {
  const run = await startFaultRun(stage, { tabs: THREE });
  const tab = run.tab('a');
  const bases = () => run.browser.tape.records.filter(({ k, tab: of }) => k === 'P.base' && of === 'a').length;
  const before = bases();
  run.begin('N28');
  const cdp = await run.browser.context().newCDPSession(tab.page);
  await cdp.send('Storage.clearDataForOrigin', { origin: new URL(tab.page.url()).origin, storageTypes: 'indexeddb' });
  await run.end('N28');
  await expect.poll(bases).toBeGreaterThan(before);
  const truth = documentsOf(await run.user.snapshot());
  for (const known of run.tabs()) await expectSameDocuments(known, truth);
  // Until the engine is back on the disk there is none.
  const onDisk = async () => (await readScope(await run.browser.blank(), 'dilani').catch(() => null))?.documents;
  await expect.poll(onDisk, { timeout: 20_000 }).toEqual(truth);
  await expectClean(run);
});

test('[FLT-N29] [FLT-N30] whoever needs a newer database gets it, and a tab of before goes on in it without loss', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const blank = await run.browser.blank();
  run.begin('N29');
  const version = await blank.evaluate(async () => {
    const { name = '', version: now = 1 } = (await indexedDB.databases()).find((database) => database.name?.endsWith(':store')) ?? {};
    const request = indexedDB.open(name, now + 1);
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('refused'));
    });
    const { version: reached } = db;
    db.close();
    return reached;
  });
  expect(version).toBe(2);
  await run.end('N29');
  await run.tab('a').reload();
  await waitForLabel(run.tab('a'), 'Live');
  await run.user.burst(20);
  await allHave(run);
  await expectClean(run);
});

test('[FLT-N35] a tab of before and one of the next version share one engine of the newer, on one stream', async ({ stage, harness }) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-versions-'));
  try {
    cpSync(await harness('right'), folder, { recursive: true });
    const run = await startFaultRun(stage, { tabs: ['a'], distDir: folder });
    const before = (await health(run.tab('a'))).engine;
    // A deployment: what the old version needs stays where it is.
    cpSync(await harness('newer'), folder, { recursive: true });
    run.begin('N35');
    await run.browser.open('b');
    await run.end('N35');
    for (const tab of run.tabs()) await expect.poll(async () => (await health(tab)).engine).not.toBe(before);
    expect((await health(run.tab('a'))).engine).toBe((await health(run.tab('b'))).engine);
    expect((await run.user.status()).streams).toHaveLength(1);
    await run.user.burst(20);
    await allHave(run);
    await expectClean(run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('[FLT-N38] a tab whose main thread was busy for 10 s catches up within 2 s, and the others never wait', async ({ stage }) => {
  const run = await startFaultRun(stage, { tabs: THREE });
  const { head } = await run.user.status();
  run.begin('N38');
  const work = run.tab('b').page.evaluate(() => {
    const end = performance.now() + 10_000;
    while (performance.now() < end);
  });
  await run.user.burst(400, { lanes: 4, perSecond: 60 });
  await waitForSeq(run.tab('c'), head + 400, 5_000);
  await work;
  await run.end('N38');
  await expectClean(run);
});

async function endSharedWorkers({ browser, tab }: FaultRun): Promise<void> {
  const cdp = await browser.context().newCDPSession(tab('a').page);
  const { targetInfos } = await cdp.send('Target.getTargets', { filter: [{ type: 'shared_worker' }] });
  expect(targetInfos).toHaveLength(1);
  for (const { targetId } of targetInfos) await cdp.send('Target.closeTarget', { targetId });
}

async function allHave({ user, tabs }: FaultRun): Promise<void> {
  const { head } = await user.status();
  for (const tab of tabs()) await waitForSeq(tab, head);
}

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
