// Delivery to pages that could not listen for a while, and consumers that act once for all tabs, in a real browser.
import type { Page } from '@playwright/test';
import { readScopes } from '../support/disk-reader.ts';
import { deliveredTo, lastSeqOf, MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { launchRawChromium } from '../support/raw-chromium.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';
import type { Tab } from '../support/browser-session.ts';

const after = (head: number, count: number): number[] => Array.from({ length: count }, (_, at) => head + 1 + at);

test('[DLV6] a page that is busy for seconds, or frozen, gets everything that it missed once and in order; one that comes late gets no history as callbacks', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await launchRawChromium();
  try {
    const frozen = await browser.open(server.url);
    await expect.poll(() => frozen.evaluate<string>('globalThis.harness?.phase ?? ""'), { timeout: 20_000 }).toBe('signed-out');
    await frozen.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
    await expect.poll(() => frozen.evaluate<string>('harness.health.label'), { timeout: 20_000 }).toBe('Live');
    const busy = await browser.open(server.url, frozen);
    await expect.poll(() => busy.evaluate<string>('globalThis.harness?.health?.label ?? ""'), { timeout: 20_000 }).toBe('Live');
    const user = await server.signIn(MANAGER);
    const { head } = await user.status();
    await frozen.freeze();
    void busy.evaluate('void setTimeout(() => { const until = Date.now() + 2_500; while (Date.now() < until); })').catch(() => {});
    await user.burst(30);
    const late = await browser.open(server.url);
    await frozen.thaw();
    for (const page of [frozen, busy, late]) {
      await expect.poll(() => page.evaluate<number>(`Number(globalThis.harness?.events?.at(-1)?.id.split('_')[1] ?? 0)`), { timeout: 20_000 }).toBe(head + 30);
    }
    await user.burst(3);
    for (const page of [frozen, busy]) {
      await expect.poll(() => page.evaluate('harness.delivered.map(({ seq }) => seq)'), { timeout: 20_000 }).toEqual(after(head, 33));
    }
    await expect.poll(() => late.evaluate('harness.delivered.map(({ seq }) => seq)')).toEqual(after(head + 30, 3));
  } finally {
    await browser.dispose();
  }
});

test('[CNS6] three tabs, one consumer: each event is acted on once in the whole browser, also when the holder crashes again and again', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const tabs = [await browser.openAs('1', MANAGER), await browser.open('2'), await browser.open('3')];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const acted: { tab: string; kind: string; seq: number }[] = [];
  await browser.context().exposeBinding('act', ({ page }, kind: string, seq: number) => {
    acted.push({ tab: tabs.find((tab) => tab.page === page)?.name ?? '?', kind, seq });
  });
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  const consume = ({ page }: Tab): Promise<void> =>
    page.evaluate(() => {
      const act = (kind: string) => (event: { readonly id: string }) =>
        (window as unknown as { act(kind: string, seq: number): Promise<void> }).act(kind, Number(event.id.split('_')[1]));
      for (const guarantee of ['at-most-once', 'at-least-once'] as const) {
        window.harness.manager()?.consume(guarantee, { guarantee, onEvent: act(guarantee), onUncertain: act('uncertain') });
      }
    });
  for (const tab of tabs) await consume(tab);
  // A new consumer begins at the end of the log as it is when its place is first kept.
  const blank = await browser.blank();
  await expect.poll(() => placesKept(blank)).toBe(2);
  const burst = user.burst(60, { perSecond: 25 });
  const holders = [...tabs];
  for (const share of [15, 30]) {
    await expect.poll(() => acted.filter(({ kind }) => kind === 'at-most-once').length, { timeout: 20_000, intervals: [20] }).toBeGreaterThan(share);
    const holder = holders.find(({ name }) => name === acted.findLast(({ kind }) => kind === 'at-most-once')?.tab) ?? never();
    holders.splice(holders.indexOf(holder), 1);
    await holder.crash();
  }
  await burst;
  const [last = never()] = holders;
  await waitForSeq(last, head + 60);
  const seqs = (...kinds: string[]): number[] => acted.flatMap(({ kind, seq }) => (kinds.includes(kind) ? [seq] : [])).toSorted((a, b) => a - b);
  await expect.poll(() => new Set(seqs('at-most-once', 'uncertain')), { timeout: 20_000 }).toEqual(new Set(after(head, 60)));
  await expect.poll(() => new Set(seqs('at-least-once')), { timeout: 20_000 }).toEqual(new Set(after(head, 60)));
  const once = seqs('at-most-once');
  expect(once).toEqual([...new Set(once)]);
  expect(seqs('uncertain').length).toBeLessThanOrEqual(2);
  expect(await lastSeqOf(last)).toBe(head + 60);
  expect(new Set(await deliveredTo(last)).size).toBe(60);
});

async function placesKept(blank: Page): Promise<number> {
  const [scope] = await readScopes(blank);
  return (scope?.stores['consumers'] ?? []).filter(([, row]) => (row as { position: unknown }).position !== null).length;
}

function never(): never {
  throw new Error('There is no such tab');
}
