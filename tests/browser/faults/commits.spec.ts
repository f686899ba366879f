// Faults at the commits of an engine, made from inside its worker: a disk that takes seconds for each (N31), and a browser that
// is killed just before one and just after one (N08 at each boundary).
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { label, waitForSeq } from '../../support/page-probes.ts';
import { directWorkers, orderWorkers, stopWorkers } from '../../support/worker-orders.ts';
import { expect, test } from '../../support/browser-test.ts';

const COMMIT_MS = 2_000;
/** Each is cut at two sides; all of a workload's: CUTS=1,2,3,4,5,6,7,8,9,10,11,12. */
const CUTS = (process.env['CUTS'] ?? '1,2,5').split(',').map(Number);

for (const host of ['shared', 'elected'] as const) {
  const query = `?host=${host}`;

  test(`[FLT-N31] ${host}: each commit takes two seconds: pages are behind by two of them at most, and soon nothing is`, async ({ stage }) => {
    const run = await startFaultRun(stage, { query, prepare: directWorkers });
    const { head } = await run.user.status();
    run.begin('N31');
    await orderWorkers(run.tab('a').page, { commitMs: COMMIT_MS });
    const sent = performance.now();
    await run.user.burst(60, { lanes: 2, perSecond: 30 });
    for (const tab of run.tabs()) await waitForSeq(tab, head + 60);
    const burstMs = 2_000;
    expect(performance.now() - sent).toBeGreaterThan(COMMIT_MS);
    stage.note('behind the burst by, ms', Math.round(performance.now() - sent - burstMs));
    await run.user.burst(1);
    const behind = Math.max(...(await Promise.all(run.tabs().map((tab) => waitForSeq(tab, head + 61)))));
    // Two commits, and what this machine needs besides.
    expect(behind).toBeLessThan(2 * COMMIT_MS + 2_000);
    expect(await label(run.tab('a'))).toBe('Live');
    await orderWorkers(run.tab('a').page, { commitMs: 0 });
    await run.end('N31');
    await expectClean(run);
  });

  test(`[FLT-N08] ${host}: killed just before a commit and just after it, again and again: the disk is whole each time`, async ({ stage }) => {
    const run = await startFaultRun(stage, { tabs: ['a'], query, prepare: directWorkers });
    for (const at of CUTS)
      for (const when of ['before', 'after'] as const) {
        const stopped = await stopWorkers(run.tab('a').page, { at, when });
        const traffic = run.user.burst(20, { perSecond: 40 });
        await stopped();
        run.begin('N08');
        await run.browser.kill();
        await traffic;
        await run.browser.launch();
        await run.disk();
        await run.browser.open('a', query);
        await run.end('N08');
      }
    await expectClean(run);
  });
}

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
