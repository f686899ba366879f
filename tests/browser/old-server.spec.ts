// The quick start of the first documents against a server of theirs, which knows no cursors and no people: an ordinary provider finds that out by itself.
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';
import { startOldServer } from '../support/old-server.ts';
import { health, waitForLabel } from '../support/page-probes.ts';

interface Exported {
  readonly events: readonly { readonly metadata: { readonly receivedAt: string; readonly source: string } }[];
}

test('@extended [BAR8] [EXP4] tabs of an old server share one stream, fetch again at each reconnect, and keep history and changed options over a reload', async ({
  stage,
  harness,
}) => {
  const server = await startOldServer(await harness('right'));
  try {
    const browser = await stage.browser(server.url);
    const tabs = [await browser.open('first', '?stages=ORDER-1'), await browser.open('second'), await browser.open('third')] as const;
    for (const tab of tabs) await waitForLabel(tab, 'Live');
    expect(await health(tabs[1])).toMatchObject({ hostReason: 'bare', isConnected: true, connectionState: 'connected' });
    await expect.poll(server.streams).toBe(1);

    for (const id of ['a', 'a', 'b']) server.say('stage_change', { previousStage: 'ready', newStage: 'paid', id }, id);
    const told = ({ page }: Tab) => page.evaluate(() => window.harness.delivered.map(({ data }) => (data as { id: string }).id));
    for (const tab of tabs) await expect.poll(() => told(tab)).toEqual(['a', 'b']);
    expect(await tabs[0].page.evaluate(() => window.harness.stages)).toEqual(['ready>paid', 'ready>paid']);

    const refreshes = ({ page }: Tab) => page.evaluate(() => window.harness.refreshes);
    const before = await Promise.all(tabs.map(refreshes));
    const greeted = server.greeted();
    server.cut();
    for (const [index, tab] of tabs.entries()) await expect.poll(() => refreshes(tab)).toBeGreaterThan(before[index] ?? 0);
    await expect.poll(server.streams).toBe(1);
    expect(server.greeted()).toBe(greeted + 1);

    await tabs[0].page.evaluate(() => {
      window.harness.sync.updateConfiguration({ eventHistoryLimit: 7, autoReconnect: false });
      // An import is over when all changes are on disk: nothing else tells.
      return window.harness.sync.importState(JSON.stringify({ version: '1.0.0', events: [], configuration: {} }));
    });
    await tabs[0].reload();
    await waitForLabel(tabs[0], 'Live');
    await expect.poll(() => tabs[0].page.evaluate(() => window.harness.events.map(({ data }) => data['id']))).toEqual(['a', 'b']);
    await expect
      .poll(() => tabs[0].page.evaluate(() => window.harness.sync.configuration))
      .toMatchObject({ eventHistoryLimit: 7, autoReconnect: false, maxReconnectAttempts: 5 });
    expect(await told(tabs[0])).toEqual([]);
    // Read from disk: how and when they came an engine has noted.
    const exported = () => tabs[0].page.evaluate(async () => (JSON.parse(await window.harness.sync.exportState()) as Exported).events);
    await expect.poll(async () => (await exported()).map(({ metadata }) => metadata.source)).toEqual(['sse', 'sse']);
    for (const { metadata } of await exported()) expect(Date.now() - Date.parse(metadata.receivedAt)).toBeLessThan(120_000);
    for (const tab of tabs) expect(await tab.page.evaluate(() => window.harness.errors)).toEqual([]);
  } finally {
    await server.close();
  }
});
