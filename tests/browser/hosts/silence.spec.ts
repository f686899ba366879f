// Engines that live and say nothing: frozen with their tab, in an endless loop, hung with a SharedWorker that nobody can end. Raw Chromium, because
// only there a page is really hidden and really frozen.
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { MANAGER, TENANT } from '../../support/page-probes.ts';
import { launchRawChromium, type RawChromium, type RawPage } from '../../support/raw-chromium.ts';
import { PASSWORD } from '../../support/rest-user.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { startTraffic } from './traffic.ts';

/** Half the beats' pace and half the patience; with TAKEOVER_PACE=real the numbers that users have, for measuring (docs/decisions/0007). */
const PACE = process.env['TAKEOVER_PACE'] === 'real' ? '' : '&policy.beatMs=1000&policy.silenceMs=3000&policy.punctualMs=1000';

test.describe('a silent engine', () => {
  test('[TKO1] [TKO4] the elected page is frozen: a visible page takes the lead, a hidden one as soon as it is looked at; what thaws writes no more', async ({
    stage,
  }) => {
    await withBrowser(async (browser) => {
      const server = await stage.server();
      const leader = await openSignedIn(browser, server, 'elected&policy.stealMs=1000');
      const user = await server.signIn(MANAGER);
      const follower = await openPage(browser, server, 'elected&policy.stealMs=1000', leader);
      await follower.show();
      expect(await leads(leader)).toBe(true);
      const traffic = startTraffic(user, 20);
      await delivering(follower);

      await leader.freeze();
      const frozenAt = Date.now();
      soon(stage, 'elected, leader frozen, follower visible: first event after, ms', (await firstAfter(follower, frozenAt)) - frozenAt);
      expect(await leads(follower)).toBe(true);

      // The other way round: who leads now is frozen while the other is hidden, and nobody watches until it is looked at.
      await leader.thaw();
      await expect.poll(() => tellsTerm(leader)).toBe(await tellsTerm(follower));
      const cover = await browser.open('about:blank', leader);
      await cover.show();
      await follower.freeze();
      await expect
        .poll(() => leader.evaluate('performance.now() - harness.records.findLast(({ k }) => k === "P.deliver").t'), { timeout: 30_000 })
        .toBeGreaterThan(PACE ? 2_500 : 4_500);
      const shownAt = Date.now();
      await leader.show();
      soon(stage, 'elected, leader frozen, follower hidden: first event after it is shown, ms', (await firstAfter(leader, shownAt)) - shownAt);
      await follower.thaw();
      await expect.poll(() => tellsTerm(follower)).toBe(await tellsTerm(leader));
      const head = await traffic.stop();
      for (const page of [leader, follower]) {
        await expect.poll(() => lastSeq(page)).toBe(head);
        expectOnceInOrder(await delivered(page), server);
      }
      expect((await user.status()).streams).toHaveLength(1);
    });
  });

  test('[TKO2] [TKO5] a SharedWorker in an endless loop: the next generation leads, one claim, and health says that the old one hangs', async ({ stage }) => {
    await withBrowser(async (browser) => {
      const server = await stage.server();
      const page = await openSignedIn(browser, server, 'shared');
      const user = await server.signIn(MANAGER);
      const other = await openPage(browser, server, 'shared');
      const traffic = startTraffic(user, 20);
      await delivering(other);
      const [worker] = await browser.sharedWorkers();
      void worker?.evaluate('for (;;);', 600_000).catch(() => {});
      const hungAt = Date.now();
      const resumedAt = await firstAfter(other, hungAt + 1_000);
      soon(stage, 'shared, worker hangs: first event after, ms', resumedAt - hungAt);
      await firstAfter(page, resumedAt);
      for (const one of [page, other]) {
        expect(await one.evaluate('harness.health.warnings.map(({ code }) => code)')).toEqual(['host/hung']);
        expect(await one.evaluate('harness.records.filter(({ k }) => k === "H.claim").length')).toBe(1);
      }
      await traffic.stop();
      const { head, streams } = await user.status();
      expect(streams).toHaveLength(1);
      await expect.poll(() => lastSeq(page)).toBe(head);
      expectOnceInOrder(await delivered(page), server);
      // Whoever comes now joins the new generation, not the worker that hangs.
      const late = await openPage(browser, server, 'shared');
      await expect.poll(() => tellsTerm(late)).toBe(await tellsTerm(page));
    });
  });

  test('[TKO3] the worker of an elected page loops: a visible page that holds the lock restarts it, under the same lock', async ({ stage }) => {
    await withBrowser(async (browser) => {
      const server = await stage.server();
      const leader = await openSignedIn(browser, server, 'elected');
      const user = await server.signIn(MANAGER);
      const traffic = startTraffic(user, 20);
      await delivering(leader);
      void (await leader.worker()).evaluate('for (;;);', 600_000).catch(() => {});
      const hungAt = Date.now();
      soon(stage, 'elected, worker loops, own page visible: first event after, ms', (await firstAfter(leader, hungAt + 1_000)) - hungAt);
      expect(await leads(leader)).toBe(true);
      await traffic.stop();
      await expect.poll(() => lastSeq(leader)).toBe((await user.status()).head);
      expectOnceInOrder(await delivered(leader), server);
    });
  });
});

/** Generous for a busy machine, and far below the minute for which a transaction that stands still holds the database. */
function soon(stage: Stage, name: string, ms: number): void {
  stage.note(name, ms);
  expect(ms).toBeLessThan(30_000);
}

async function withBrowser(story: (browser: RawChromium) => Promise<void>): Promise<void> {
  const browser = await launchRawChromium();
  try {
    await story(browser);
  } finally {
    await browser.dispose();
  }
}

async function openPage(browser: RawChromium, server: ServerProcess, host: string, beside?: RawPage): Promise<RawPage> {
  const page = await browser.open(`${server.url}/?host=${host}${PACE}`, beside);
  await expect.poll(() => page.evaluate('globalThis.harness?.phase')).toMatch(/^signed-/);
  return page;
}

async function openSignedIn(browser: RawChromium, server: ServerProcess, host: string): Promise<RawPage> {
  const page = await openPage(browser, server, host);
  await page.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
  await expect.poll(() => page.evaluate('harness.health.label')).toBe('Live');
  return page;
}

/** Sees to it that events arrive live, and that the code for what follows has had the time to be loaded. */
async function delivering(page: RawPage): Promise<void> {
  await expect.poll(() => page.evaluate('harness.delivered.length')).toBeGreaterThan(20);
}

/** What the page was told, cut where its picture was replaced as a whole: an engine that was stopped inside a transaction costs that (about one in twenty). */
const delivered = (page: RawPage): Promise<number[][]> =>
  page.evaluate<number[][]>(`harness.records.reduce((stretches, { k, seq }) => {
    if (k === 'P.base') stretches.push([]);
    if (k === 'P.deliver') stretches.at(-1).push(seq);
    return stretches;
  }, [[]])`);
const lastSeq = (page: RawPage): Promise<number> =>
  page.evaluate<number>(`Math.max(0, ...harness.records.filter(({ k }) => k === 'P.deliver' || k === 'P.base').map(({ seq }) => seq))`);
const tellsTerm = (page: RawPage): Promise<number> => page.evaluate<number>('harness.health.term');

/** Wall time of the first delivery in this page after `at`. */
async function firstAfter(page: RawPage, at: number): Promise<number> {
  const ask = `harness.records.find(({ k, t }) => k === 'P.deliver' && performance.timeOrigin + t > ${at})?.t + performance.timeOrigin`;
  await expect.poll(() => page.evaluate<number | null>(ask), { timeout: 90_000, intervals: [50] }).toBeGreaterThan(at);
  return Math.round(await page.evaluate<number>(ask));
}

function leads(page: RawPage): Promise<boolean> {
  return page.evaluate<boolean>(`navigator.locks.request('whoami:' + Math.random(), async (own) => {
    const { held } = await navigator.locks.query();
    const me = held.find(({ name }) => name === own.name).clientId;
    return held.some(({ name, clientId }) => name.endsWith(':conn') && clientId === me);
  })`);
}

function expectOnceInOrder(stretches: readonly (readonly number[])[], server: ServerProcess): void {
  const log = server.events(TENANT).map(({ seq }) => seq);
  for (const seqs of stretches) expect(seqs).toEqual(log.filter((seq) => seq >= (seqs[0] ?? Infinity) && seq <= (seqs.at(-1) ?? 0)));
}
