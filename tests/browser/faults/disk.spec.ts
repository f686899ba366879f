// Faults of the disk: no space left, and a power cut that takes the last commits with it although they were reported as done.
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { documentsOf, expectSameDocuments, waitForSeq } from '../../support/page-probes.ts';
import { expect, test } from '../../support/browser-test.ts';

test('[FLT-N27] without space on the disk the live view goes on, and within 10 s of having space again the disk does too', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const { head } = await run.user.status();
  const cdp = await run.browser.context().newCDPSession(run.tab('a').page);
  const { origin } = new URL(run.tab('a').page.url());
  run.begin('N27');
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await run.user.burst(40, { lanes: 2, perSecond: 40 });
  for (const tab of run.tabs()) await waitForSeq(tab, head + 40, 30_000);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  await run.end('N27');
  await expectClean(run);
});

test('[FLT-N09] a power cut: what the disk lost of the log comes again from the server, and nothing is mixed', async ({ stage }) => {
  const run = await startFaultRun(stage);
  await run.user.burst(60);
  await allHave(run);
  // The disk as it was some commits ago: everything after it was reported as done and is gone.
  await run.browser.kill();
  const restore = run.browser.backup();
  await run.browser.launch();
  await run.browser.open('a');
  await run.user.burst(60);
  await allHave(run);
  run.begin('N09');
  await run.browser.kill();
  restore();
  await run.browser.launch();
  await run.browser.open('a');
  await run.end('N09');
  await expectSameDocuments(run.tab('a'), documentsOf(await run.user.snapshot()));
  const { violations } = await run.judge();
  // L1 can't hold where commits that were done are undone; the log is relaxed, the server has it.
  expect(violations.filter(({ rule }) => rule !== 'L1')).toEqual([]);
});

async function allHave({ user, tabs }: FaultRun): Promise<void> {
  const { head } = await user.status();
  for (const tab of tabs()) await waitForSeq(tab, head);
}

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
