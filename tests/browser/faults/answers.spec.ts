// Answers that are no stream: errors, refusals, redirects, pages of somebody else. Who asks again, when, and what the person is told meanwhile.
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { health, label, MANAGER, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PASSWORD } from '../../support/rest-user.ts';
import { PATHS } from '../../../src/protocol/http.ts';
import { expect, test } from '../../support/browser-test.ts';

const EVENTS = PATHS.events;
const QUICK = '?policy.maxDelayMs=1000&policy.breakerOpenMs=1000';

test('@core [FLT-N19] 503 with Retry-After is respected by the whole browser, and the next attempt heals', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N19');
  run.proxy.rule(EVENTS, { do: 'status', code: 503, headers: { 'retry-after': '2' }, body: 'too many' });
  run.proxy.drop(EVENTS);
  await expect.poll(() => answered(run, 503).length, { timeout: 15_000 }).toBe(2);
  run.proxy.heal();
  await run.end('N19', { boundMs: 15_000 });
  for (const tab of run.tabs()) await waitForLabel(tab, 'Live');
  await expectClean(run);
});

for (const code of [500, 502, 503, 504, 408, 429])
  test(`[FLT-N19] ${code} again and again: tries go on politely and end in a stream`, async ({ stage }) => {
    const run = await startFaultRun(stage, { query: QUICK });
    run.begin('N19');
    run.proxy.rule(EVENTS, { do: 'status', code });
    run.proxy.drop(EVENTS);
    await expect.poll(() => answered(run, code).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    run.proxy.heal();
    await run.end('N19', { boundMs: 15_000 });
    await expectClean(run);
  });

test('[FLT-N20] 401 in the middle of a stream: every tab asks to sign in, nothing is asked again, and signing in heals within 5 s', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N20');
  run.proxy.rule(EVENTS, { do: 'status', code: 401 });
  run.proxy.drop(EVENTS);
  for (const tab of run.tabs()) await waitForLabel(tab, 'Sign in again', 10_000);
  const asked = answered(run, 401).length;
  expect(asked).toBeLessThanOrEqual(2);
  run.proxy.heal();
  await run.tab('b').page.evaluate(([who, word]) => window.harness.signIn(who, word), [MANAGER, PASSWORD] as const);
  await run.end('N20');
  await expectClean(run);
});

test('[FLT-N20] 403: no page says Live, and a person who asks is heard', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N20');
  run.proxy.rule(EVENTS, { do: 'status', code: 403 });
  run.proxy.drop(EVENTS);
  for (const tab of run.tabs()) await expect.poll(async () => (await health(tab)).connectionState, { timeout: 10_000 }).toBe('error');
  expect(answered(run, 403)).toHaveLength(1);
  run.proxy.heal();
  await run.tab('a').page.evaluate(() => window.harness.sync.reconnect());
  await run.end('N20');
  await expectClean(run);
});

test('[FLT-N21] 204 ends the asking until somebody asks', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N21');
  run.proxy.rule(EVENTS, { do: 'status', code: 204 });
  run.proxy.drop(EVENTS);
  for (const tab of run.tabs()) await expect.poll(async () => (await health(tab)).connectionState, { timeout: 10_000 }).toBe('disconnected');
  run.proxy.heal();
  expect(answered(run, 204)).toHaveLength(1);
  await run.tab('a').page.evaluate(() => window.harness.sync.reconnect());
  await run.end('N21');
  await expectClean(run);
});

test('[FLT-N21] the page of a captive portal is neither read nor called Live', async ({ stage }) => {
  const run = await startFaultRun(stage, { query: QUICK });
  run.begin('N21');
  run.proxy.rule(EVENTS, {
    do: 'status',
    code: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html>\nid: x_1_0\ndata: {"a":1}\n\n<script>window.__xss = 1</script>',
  });
  run.proxy.drop(EVENTS);
  for (const tab of run.tabs()) await expect.poll(() => label(tab), { timeout: 10_000 }).not.toBe('Live');
  await expect.poll(() => answered(run, 200).length).toBeGreaterThan(1);
  run.proxy.heal();
  await run.end('N21');
  await expectClean(run);
});

test('[FLT-N21] a stream without a content type is no stream', async ({ stage }) => {
  const run = await startFaultRun(stage, { query: QUICK });
  run.begin('N21');
  run.proxy.rule(EVENTS, { do: 'content-type', type: null });
  run.proxy.drop(EVENTS);
  for (const tab of run.tabs()) await expect.poll(() => label(tab), { timeout: 10_000 }).not.toBe('Live');
  run.proxy.heal();
  await run.end('N21');
  await expectClean(run);
});

test('[FLT-N22] one redirect is followed; a loop, an empty one and one to another origin end in a stream when they end', async ({ stage }) => {
  const run = await startFaultRun(stage, { query: QUICK });
  const elsewhere = await stage.proxy(run.server.url);
  const { head } = await run.user.status();
  const hop = run.proxy.rule(`${EVENTS}$`, { do: 'status', code: 307, headers: { location: `${EVENTS}?hop=1` } });
  run.begin('N22');
  run.proxy.drop(EVENTS);
  await expect.poll(() => run.proxy.openStreams(`${EVENTS}?hop=1`), { timeout: 15_000 }).toBe(1);
  hop();
  for (const location of [EVENTS, '', `${elsewhere.url}${EVENTS}`]) {
    const before = answered(run, 302).length;
    const end = run.proxy.rule(EVENTS, { do: 'status', code: 302, headers: location ? { location } : {} });
    run.proxy.drop(EVENTS);
    await expect.poll(() => answered(run, 302).length, { timeout: 20_000 }).toBeGreaterThan(before);
    end();
  }
  run.proxy.heal();
  await run.end('N22');
  for (const tab of run.tabs()) await waitForSeq(tab, head + 1);
  // Nobody was asked there with what names the person.
  expect(elsewhere.records.filter((record) => record.k === 'W.req' && record.device !== '')).toEqual([]);
  await expectClean(run);
});

function answered({ proxy }: FaultRun, code: number) {
  return proxy.records.filter((record) => record.k === 'W.req' && record.status === code && record.path.startsWith(EVENTS));
}

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
