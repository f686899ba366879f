// Log-out in a tab that dies at each step of it, beside a tab whose engine goes on: whoever is left ends up signed out, with nothing on the disk.
import type { BrowserSession, Tab } from '../../support/browser-session.ts';
import { expect, test } from '../../support/browser-test.ts';
import { readScopes } from '../../support/disk-reader.ts';
import { MANAGER, waitForLabel } from '../../support/page-probes.ts';
import { PASSWORD, type RestUser } from '../../support/rest-user.ts';

/** Where it dies: just before the other tabs are told, before the session is forgotten here, before the server is asked, and with its answer on the way. */
const STEPS = ['telling', 'forgetting', 'asking', 'answered'] as const;
type Step = (typeof STEPS)[number];

test('@extended [OUT1] the tab that logs out crashes at each step: its neighbour and later starts find nobody signed in and nothing on disk, and the server is told', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const user = await server.signIn(MANAGER);
  // The neighbour made the engine, which outlives the crash.
  const neighbour = await browser.openAs('neighbour', MANAGER);
  for (const step of STEPS) {
    await waitForLabel(neighbour, 'Live');
    const leaver = await browser.open(`leaver-${step}`);
    await waitForLabel(leaver, 'Live');
    await leaver.page.evaluate(leaveAndStopAt, step);
    await leaver.page.waitForFunction(() => (window as unknown as { isStopped?: boolean }).isStopped);
    await leaver.crash();
    await expectGone(browser, user, neighbour);
    // The next start pays what is owed.
    const next = await browser.open(`next-${step}`);
    expect(await next.page.evaluate(() => window.harness.phase)).toBe('signed-out');
    await expect.poll(() => next.page.evaluate(async () => (await fetch('/api/v1/session')).status)).toBe(401);
    await next.close();
    await neighbour.page.evaluate(([who, word]) => window.harness.signIn(who, word), [MANAGER, PASSWORD] as const);
  }
});

async function expectGone(browser: BrowserSession, user: RestUser, tab: Tab): Promise<void> {
  const [order = ''] = await user.orders();
  await expect
    .poll(
      async () => {
        // Whoever was not told meets the closed database with the next event.
        await user.edit(order, `at ${Date.now()}`);
        return tab.page.evaluate(() => window.harness.phase);
      },
      { timeout: 20_000, intervals: [100] },
    )
    .toBe('signed-out');
  await expect.poll(async () => (await user.status()).streams, { timeout: 20_000 }).toEqual([]);
  const blank = await browser.blank();
  const left = await readScopes(blank);
  await blank.close();
  expect(left.flatMap(({ documents, snap }) => [...Object.keys(documents), ...snap.events])).toEqual([]);
}

/** Runs in the page: from the step on nothing of it reaches anybody any more, as if it were dead already. */
function leaveAndStopAt(step: Step): void {
  const page = window as unknown as { isStopped: boolean };
  const stopIf = (isHere: boolean): boolean => (page.isStopped ||= isHere);
  page.isStopped = false;
  const isRegistry = ({ name }: IDBDatabase, mode?: IDBTransactionMode): boolean => name === 'holdfast' && mode === 'readwrite';
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function (message: unknown) {
    if (!stopIf(step === 'telling' && (message as { k?: string } | null)?.k === 'closed')) postMessage.call(this, message);
  };
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    if (stopIf(step === 'forgetting' && isRegistry(this, args[1]))) throw new DOMException('dead', 'InvalidStateError');
    return transaction.apply(this, args);
  };
  const { fetch: ask } = window;
  window.fetch = async (url, init) => {
    const isLeaving = init?.method === 'DELETE';
    if (stopIf(step === 'asking' && isLeaving)) return new Promise(() => {});
    const answer = await ask(url, init);
    return stopIf(step === 'answered' && isLeaving) ? new Promise(() => {}) : answer;
  };
  void window.harness.logout().catch(() => {});
}
