// Faults of the wire, made by the loopback proxy between a real browser and the real server.
import { DEAD_MS, startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { documentsOf, expectSameDocuments, health, label, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PATHS } from '../../../src/protocol/http.ts';
import { expect, test } from '../../support/browser-test.ts';

const EVENTS = PATHS.events;
/** A fault that lasts uses up attempts; how long a browser waits for its next is another story. */
const QUICK = '?policy.maxDelayMs=1000&policy.breakerOpenMs=1000';

test('@core [FLT-N13] silence on an open stream is found: no page says Live, and it is Live again when the wire heals', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const before = run.opened();
  run.begin('N13');
  run.proxy.rule(EVENTS, { do: 'stall' });
  const since = performance.now();
  await expect.poll(async () => (await health(run.tab('a'))).status, { timeout: DEAD_MS + 5_000 }).not.toBe('healthy');
  stage.note('silence was found after, ms', Math.round(performance.now() - since));
  for (const tab of run.tabs()) await expect.poll(() => label(tab), { timeout: 8_000 }).not.toBe('Live');
  expect(run.opened()).toBeGreaterThan(before);
  run.proxy.heal();
  await run.end('N13');
  for (const tab of run.tabs()) await waitForLabel(tab, 'Live', 20_000);
  await expectClean(run);
});

for (const host of ['shared', 'elected'] as const)
  test(`@core [FLT-N14] ${host}: streams reset in the middle of an event use no half of it, and a lone reset heals within the spread and a second`, async ({
    stage,
  }) => {
    const run = await startFaultRun(stage, { query: `?host=${host}` });
    const { head } = await run.user.status();
    run.begin('N14', { spreadMs: 500 });
    run.proxy.drop(EVENTS, 'mid-event');
    await run.user.burst(1);
    await run.end('N14', { spreadMs: 500 });
    // Those after the first come within ten seconds of it: they are failures in a row and wait for longer.
    const traffic = run.user.burst(120, { lanes: 2, perSecond: 50 });
    for (let cut = 0; cut < 2; cut++) {
      const seen = run.opened();
      run.proxy.drop(EVENTS, 'mid-event');
      await expect.poll(() => run.opened(), { timeout: 15_000, intervals: [20] }).toBeGreaterThan(seen);
    }
    await traffic;
    for (const tab of run.tabs()) await waitForSeq(tab, head + 122);
    expect(run.proxy.records.filter((record) => record.k === 'W.close' && record.how === 'proxy')).toHaveLength(3);
    await expectClean(run);
  });

test('[FLT-N15] an event that comes byte by byte, for longer than silence may last, is no reason to reconnect', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const before = run.opened();
  const { head } = await run.user.status();
  run.begin('N15');
  run.proxy.rule(EVENTS, { do: 'split', bytes: 1, delayMs: 5 });
  await run.user.burst(1);
  const took = Math.max(...(await Promise.all(run.tabs().map((tab) => waitForSeq(tab, head + 1, 30_000)))));
  stage.note('one event, byte by byte, ms', took);
  expect(took).toBeGreaterThan(DEAD_MS);
  expect(await label(run.tab('a'))).toBe('Live');
  run.proxy.heal();
  // What is on its way byte by byte has to arrive first.
  await run.user.burst(1);
  for (const tab of run.tabs()) await waitForSeq(tab, head + 2, 30_000);
  await run.end('N15');
  expect(run.opened()).toBe(before);
  await expectClean(run);
});

test('[FLT-N16] events that come twice, and old ones again, are delivered once, and counted', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const before = run.opened();
  const { head } = await run.user.status();
  run.begin('N16');
  run.proxy.rule(EVENTS, { do: 'duplicate' });
  await run.user.burst(60);
  for (const tab of run.tabs()) await waitForSeq(tab, head + 60);
  await expect.poll(async () => (await health(run.tab('a'))).counters['duplicates'] ?? 0).toBeGreaterThanOrEqual(60);
  run.proxy.heal();
  await run.end('N16');
  expect(run.opened()).toBe(before);
  await expectClean(run);
});

test('[FLT-N17] events that come backwards within a window of four are delivered in order', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const { head } = await run.user.status();
  run.begin('N17');
  run.proxy.rule(EVENTS, { do: 'reorder', window: 4 });
  await run.user.burst(80, { lanes: 4, perSecond: 40 });
  for (const tab of run.tabs()) await waitForSeq(tab, head + 80, 10_000);
  run.proxy.heal();
  await run.end('N17');
  await expectClean(run);
});

test('[FLT-N18] events lost on a stream that looks healthy are missed and fetched', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const { head } = await run.user.status();
  run.begin('N18');
  run.proxy.rule(EVENTS, { do: 'lose-events', count: 3 });
  await run.user.burst(3);
  // Nothing comes after the lost ones: the heartbeat alone tells.
  for (const tab of run.tabs()) stage.note('lost events had back after, ms', await waitForSeq(tab, head + 3, 30_000));
  run.proxy.heal();
  await run.end('N18');
  await expectSameDocuments(run.tab('a'), documentsOf(await run.user.snapshot()));
  await expectClean(run);
});

const HELD_BACK = [
  { name: 'a proxy that holds everything back', fault: { do: 'buffer' } },
  { name: 'gzip that breaks off in what nobody can unpack', fault: { do: 'gzip', broken: 'corrupt' } },
] as const;

for (const { name, fault } of HELD_BACK)
  test(`[FLT-N23] ${name} is found out, and events arrive again`, async ({ stage }) => {
    const run = await startFaultRun(stage, { query: QUICK });
    run.begin('N23');
    run.proxy.rule(EVENTS, fault);
    run.proxy.drop(EVENTS);
    for (const tab of run.tabs()) await expect.poll(() => label(tab), { timeout: 20_000 }).not.toBe('Live');
    run.proxy.heal();
    await run.end('N23');
    await expectClean(run);
  });

test('[FLT-N23] gzip that is well made is read as it comes', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N23');
  run.proxy.rule(EVENTS, { do: 'gzip' });
  run.proxy.drop(EVENTS);
  const { head } = await run.user.status();
  await run.user.burst(30);
  for (const tab of run.tabs()) await waitForSeq(tab, head + 30);
  for (const tab of run.tabs()) await waitForLabel(tab, 'Live');
  await run.end('N23');
  await expectClean(run);
});

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
