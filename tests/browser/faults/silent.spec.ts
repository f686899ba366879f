// Engines that live and say nothing: a hung SharedWorker (N05), a leader that is really frozen (N06). Raw Chromium, because under Playwright no
// page is ever hidden or frozen. Another visible tab goes on within 15 s, and what thaws writes nothing: the judge sees all tapes.
import { HEARTBEAT_MS, judgeWhenQuiet } from '../../support/fault-run.ts';
import { checkHistory } from '../../support/history-checker.ts';
import { onWallClock } from '../../support/crash-story.ts';
import { MANAGER, orderTruth, TENANT } from '../../support/page-probes.ts';
import { PASSWORD, type RestUser } from '../../support/rest-user.ts';
import { launchRawChromium, type RawChromium, type RawPage } from '../../support/raw-chromium.ts';
import { expect, test, type Stage } from '../../support/browser-test.ts';
import type { FaultProxy } from '../../support/fault-proxy.ts';
import type { HistoryRecord } from '../../support/history/record.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { PageRecord } from '../../support/tape.ts';
import type { Verdict } from '../../support/verdict.ts';

const BOUND_MS = 15_000;

test('[FLT-N05] a SharedWorker that hangs: a visible tab goes on within 15 s with another one, and two engines never write', async ({ stage }) => {
  await withStage(stage, 'shared', async ({ browser, pages, user, faults, judge }) => {
    const [page = never(), other = never()] = pages;
    await other.show();
    const [worker] = await browser.sharedWorkers();
    begin(faults, 'N05');
    const hungAt = Date.now();
    // An endless loop can't be ended from outside; half a minute is longer than every bound.
    void worker?.evaluate('for (const end = Date.now() + 30000; Date.now() < end;);', 60_000).catch(() => {});
    stage.note('recovery', `N05: ${await nextEvent(user, other, hungAt)} of ${BOUND_MS} ms`);
    expect(Date.now() - hungAt).toBeLessThan(BOUND_MS);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, hungAt + 31_000 - Date.now())));
    await end(faults, 'N05', user, [page, other]);
    expect((await judge()).violations).toEqual([]);
  });
});

test('@core [FLT-N06] the elected leader is frozen: a visible tab leads within 15 s, and the old leader writes nothing after its thaw', async ({ stage }) => {
  await withStage(stage, 'elected', async ({ pages, user, faults, judge }) => {
    const [leader = never(), follower = never()] = pages;
    await follower.show();
    begin(faults, 'N06');
    await leader.freeze();
    const frozenAt = Date.now();
    stage.note('recovery', `N06: ${await nextEvent(user, follower, frozenAt)} of ${BOUND_MS} ms`);
    expect(Date.now() - frozenAt).toBeLessThan(BOUND_MS);
    await leader.thaw();
    await end(faults, 'N06', user, [leader, follower]);
    expect((await judge([0])).violations).toEqual([]);
  });
});

interface RawStage {
  readonly browser: RawChromium;
  readonly pages: readonly RawPage[];
  readonly user: RestUser;
  readonly faults: HistoryRecord[];
  /** `hidden`: pages whose word about the connection nobody could see. */
  judge(hidden?: readonly number[]): Promise<Verdict>;
}

async function withStage(stage: Stage, host: string, story: (parts: RawStage) => Promise<void>): Promise<void> {
  const server = await stage.server({ env: { HEARTBEAT_MS: String(HEARTBEAT_MS) } });
  const proxy = await stage.proxy(server.url);
  const browser = await launchRawChromium();
  try {
    const first = await open(browser, proxy, host);
    await first.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
    await expect.poll(() => first.evaluate('harness.health.label')).toBe('Live');
    const second = await open(browser, proxy, host, first);
    await second.show();
    await expect.poll(() => second.evaluate('harness.health.label')).toBe('Live');
    const user = await server.signIn(MANAGER);
    const pages = [first, second];
    // Code for a takeover is loaded when a page is idle.
    for (const page of pages) await nextEvent(user, page, Date.now());
    const faults: HistoryRecord[] = [];
    const judge = (hidden: readonly number[] = []): Promise<Verdict> => judgeWhenQuiet(stage, () => judgePages({ pages, hidden, faults, server, proxy, user }));
    await story({ browser, pages, user, faults, judge });
  } finally {
    await browser.dispose();
  }
}

async function open(browser: RawChromium, proxy: FaultProxy, host: string, beside?: RawPage): Promise<RawPage> {
  const page = await browser.open(`${proxy.url}/?host=${host}`, beside);
  await expect.poll(() => page.evaluate('globalThis.harness?.phase')).toMatch(/^signed-/);
  return page;
}

function begin(faults: HistoryRecord[], fault: string): void {
  faults.push({ k: 'N.start', t: Date.now(), fault, id: fault });
}

async function end(faults: HistoryRecord[], fault: string, user: RestUser, pages: readonly RawPage[]): Promise<void> {
  faults.push({ k: 'N.end', t: Date.now(), fault, id: fault });
  const [order = ''] = await user.orders();
  const seq = Number((await user.edit(order, `after ${fault}`)).split('_')[1]);
  const has = `harness.records.some(({ k, seq }) => (k === 'P.deliver' || k === 'P.base') && seq >= ${seq})`;
  for (const page of pages) await expect.poll(() => page.evaluate(has), { timeout: 45_000 }).toBe(true);
}

/** Edits until one of the events is told in this page; how long after `at` that was. */
async function nextEvent(user: RestUser, page: RawPage, at: number): Promise<number> {
  const [order = ''] = await user.orders();
  const told = `harness.records.find(({ k, t }) => k === 'P.deliver' && performance.timeOrigin + t > ${at})?.t + performance.timeOrigin`;
  await expect
    .poll(
      async () => {
        await user.edit(order, `at ${Date.now()}`);
        return (await page.evaluate<number | null>(told)) ?? 0;
      },
      { timeout: 45_000, intervals: [150] },
    )
    .toBeGreaterThan(at);
  return Math.round(((await page.evaluate<number | null>(told)) ?? 0) - at);
}

interface Judged {
  readonly pages: readonly RawPage[];
  readonly hidden: readonly number[];
  readonly faults: readonly HistoryRecord[];
  readonly server: ServerProcess;
  readonly proxy: FaultProxy;
  readonly user: RestUser;
}

async function judgePages({ pages, hidden, faults, server, proxy, user }: Judged): Promise<Verdict> {
  const tapes = await Promise.all(
    pages.map(async (page, at) => {
      const records = await page.evaluate<{ k: string; t: number }[]>('harness.records.map((record) => ({ ...record, t: performance.timeOrigin + record.t }))');
      const isHidden = hidden.includes(at) ? { visible: false } : {};
      let inc = 0;
      return records.map((record): PageRecord => ({ ...record, ...isHidden, tab: `page-${at}`, inc: record.k === 'P.start' ? ++inc : inc }));
    }),
  );
  const alive = pages.map((_, at) => `page-${at}`);
  const wire = onWallClock(proxy);
  const truth = orderTruth(await user.snapshot());
  return checkHistory({ pages: tapes.flat(), server: server.events(TENANT), wire, alive, faults, truth, cfg: { HB: HEARTBEAT_MS, minDelivers: 0 } });
}

function never(): never {
  throw new Error('There is no such page');
}
