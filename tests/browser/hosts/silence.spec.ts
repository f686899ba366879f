// Engines that live and say nothing: frozen with their tab, in an endless loop, hung with a SharedWorker that nobody can end. Raw Chromium, because
// only there a page is really hidden and really frozen.
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { MANAGER } from '../../support/page-probes.ts';
import {
  delivered,
  delivering,
  expectOnceInOrder,
  firstAfter,
  holderOf,
  isAtRealPace,
  lastSeq,
  leads,
  openPage,
  openSignedIn,
  tellsTerm,
  withBrowser,
} from './raw-pages.ts';
import type { RawPage } from '../../support/raw-chromium.ts';
import { startTraffic } from './traffic.ts';

test.describe('a silent engine', () => {
  test('[TKO1] [TKO4] [TKO14] the elected page is frozen: a visible page takes the lead, a hidden one as soon as it is looked at; what thaws writes no more', async ({
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
      const drains = await drainOf(follower, null);

      await leader.freeze();
      const frozenAt = Date.now();
      soon(stage, 'elected, leader frozen, follower visible: first event after, ms', (await firstAfter(follower, frozenAt)) - frozenAt);
      expect(await leads(follower)).toBe(true);
      await drainOf(follower, drains);

      // The other way round: who leads now is frozen while the other is hidden, and nobody watches until it is looked at.
      await leader.thaw();
      await expect.poll(() => tellsTerm(leader)).toBe(await tellsTerm(follower));
      const cover = await browser.open('about:blank', leader);
      await cover.show();
      await follower.freeze();
      await expect
        .poll(() => leader.evaluate('performance.now() - harness.records.findLast(({ k }) => k === "P.deliver").t'), { timeout: 30_000 })
        .toBeGreaterThan(isAtRealPace ? 4_500 : 2_500);
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

  test('[TKO2] [TKO5] [TKO14] a SharedWorker in an endless loop: the next generation leads, one claim, and health says that the old one hangs', async ({
    stage,
  }) => {
    await withBrowser(async (browser) => {
      const server = await stage.server();
      const page = await openSignedIn(browser, server, 'shared');
      const user = await server.signIn(MANAGER);
      const other = await openPage(browser, server, 'shared');
      const traffic = startTraffic(user, 20);
      await delivering(other);
      const drains = await drainOf(other, null);
      const [worker] = await browser.sharedWorkers();
      void worker?.evaluate('for (;;);', 600_000).catch(() => {});
      const hungAt = Date.now();
      const resumedAt = await firstAfter(other, hungAt + 1_000);
      soon(stage, 'shared, worker hangs: first event after, ms', resumedAt - hungAt);
      await firstAfter(page, resumedAt);
      await drainOf(other, drains);
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
      // By the number that pages keep outside the database; where it is lost the bus tells who leads, and nobody claims anew.
      const kept = 'Object.entries(localStorage).filter(([key]) => key.endsWith(":generation")).map(([, value]) => value)';
      expect(await late.evaluate(kept)).toEqual(['1']);
      await late.evaluate('localStorage.clear()');
      const unaware = await openPage(browser, server, 'shared');
      await expect.poll(() => tellsTerm(unaware)).toBe(await tellsTerm(page));
      expect(await unaware.evaluate('harness.records.some(({ k }) => k === "H.claim")')).toBe(false);
    });
  });

  test('@extended [TKO3] the worker of an elected page loops: a visible page that holds the lock restarts it, under the same lock', async ({ stage }) => {
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

/** Waits until another context than `before` holds the outbox; answers which one. */
async function drainOf(page: RawPage, before: string | null): Promise<string | null> {
  await expect.poll(async () => [null, before].includes(await holderOf(page, 'outbox')), { message: 'somebody else drains' }).toBe(false);
  return holderOf(page, 'outbox');
}

/** Generous for a busy machine, and far below the minute for which a transaction that stands still holds the database. */
function soon(stage: Stage, name: string, ms: number): void {
  stage.note(name, ms);
  expect(ms).toBeLessThan(30_000);
}
