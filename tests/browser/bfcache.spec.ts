// The back/forward cache: a page that leaves into it gives up everything that others wait for, and comes back as the same page.
// Playwright switches that cache off, so the browser is driven by bare CDP here.
import { expect, test } from '../support/browser-test.ts';
import { launchRawChromium, type RawPage } from '../support/raw-chromium.ts';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';

for (const host of ['shared', 'elected'] as const) {
  test(`[BFC2] a page in the back/forward cache (${host}) holds nothing, another tab goes on, and the page comes back whole`, async ({ stage }) => {
    const server = await stage.server();
    const browser = await launchRawChromium();
    try {
      const leaving = await browser.open(`${server.url}/?host=${host}`);
      await ready(leaving);
      await leaving.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
      await isLive(leaving);
      const staying = await browser.open(`${server.url}/?host=${host}`);
      await isLive(staying);
      const user = await server.signIn(MANAGER);
      const before = await user.status();
      await leaving.evaluate(`void addEventListener('pageshow', (event) => (globalThis.cameBack = event.persisted))`);
      const pageId = await leaving.evaluate<string>(`harness.records.find(({ k }) => k === 'P.start').page`);

      await leaving.send('Page.navigate', { url: `${server.url}/healthz` });
      await expect.poll(() => leaving.evaluate<string>('location.pathname')).toBe('/healthz');
      // Its tab lock is back, and whatever it led is led by the other one.
      await expect
        .poll(() => staying.evaluate<number>(`navigator.locks.query().then(({ held }) => held.filter(({ name }) => name.includes(':tab:')).length)`))
        .toBe(1);
      await user.burst(20);
      await expect.poll(() => lastSeq(staying)).toBe(before.head + 20);
      await isLive(staying);
      await expect.poll(async () => (await user.status()).streams.length).toBe(1);

      await goBack(leaving);
      await expect.poll(() => leaving.evaluate<boolean | null>('globalThis.cameBack ?? null')).toBe(true);
      await expect.poll(() => lastSeq(leaving)).toBe(before.head + 20);
      await isLive(leaving);
      expect(await leaving.evaluate(`harness.records.filter(({ k }) => k === 'P.start').map(({ page }) => page)`)).toEqual([pageId]);
      await user.burst(5);
      for (const page of [leaving, staying]) {
        await expect.poll(() => lastSeq(page)).toBe(before.head + 25);
        expect(await page.evaluate('harness.delivered.map(({ seq }) => seq)')).toEqual(Array.from({ length: 25 }, (_, at) => before.head + 1 + at));
      }
      expect((await user.status()).streams).toHaveLength(1);
      expect(await leaving.evaluate('harness.errors')).toEqual([]);
    } finally {
      await browser.dispose();
    }
  });
}

test('[BFC3] a page in the cache whose user logs out elsewhere never shows that user again', async ({ stage }) => {
  const server = await stage.server();
  const browser = await launchRawChromium();
  try {
    const leaving = await browser.open(server.url);
    await ready(leaving);
    await leaving.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
    await isLive(leaving);
    await leaving.evaluate(`document.body.append('a name of the last user')`);
    const staying = await browser.open(server.url);
    await isLive(staying);
    await leaving.send('Page.navigate', { url: `${server.url}/healthz` });
    await expect.poll(() => leaving.evaluate<string>('location.pathname')).toBe('/healthz');
    await staying.evaluate('harness.logout()');
    await goBack(leaving);
    await expect.poll(() => leaving.evaluate<string>('globalThis.harness?.phase')).toBe('signed-out');
    expect(await leaving.evaluate<string>('document.body.innerText')).not.toContain('last user');
    expect(await leaving.evaluate('harness.events')).toEqual([]);
  } finally {
    await browser.dispose();
  }
});

const ready = (page: RawPage) => expect.poll(() => page.evaluate<string>('globalThis.harness?.phase ?? ""'), { timeout: 20_000 }).toMatch(/^signed/);
const isLive = (page: RawPage) => expect.poll(() => page.evaluate<string>('globalThis.harness?.health?.label ?? ""'), { timeout: 20_000 }).toBe('Live');
const lastSeq = (page: RawPage) => page.evaluate<number>(`Number(globalThis.harness?.events?.at(-1)?.id.split('_')[1] ?? 0)`);

async function goBack(page: RawPage): Promise<void> {
  const { currentIndex, entries } = (await page.send('Page.getNavigationHistory')) as { currentIndex: number; entries: { id: number }[] };
  await page.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1]?.id });
}
