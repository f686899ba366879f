// Harness pages in a raw Chromium: how they are opened, and what is asked of them by expressions. For stories of silence and for the bench of
// takeovers; expectations of what a story proves stay in the story.
import { expect } from '@playwright/test';
import { MANAGER, TENANT } from '../../support/page-probes.ts';
import { launchRawChromium, type RawChromium, type RawPage } from '../../support/raw-chromium.ts';
import { PASSWORD } from '../../support/rest-user.ts';
import type { ServerProcess } from '../../support/server-process.ts';

/** With TAKEOVER_PACE=real the numbers that users have, for measuring (docs/decisions/0007). */
export const isAtRealPace = process.env['TAKEOVER_PACE'] === 'real';
/** Half the beats' pace and half the patience. */
const PACE = isAtRealPace ? '' : '&policy.beatMs=1000&policy.silenceMs=3000&policy.punctualMs=1000';

export async function withBrowser(story: (browser: RawChromium) => Promise<void>, extraArgs: readonly string[] = []): Promise<void> {
  const browser = await launchRawChromium(extraArgs);
  try {
    await story(browser);
  } finally {
    await browser.dispose();
  }
}

/** `query`: the wished host, and more after an `&`. */
export async function openPage(browser: RawChromium, server: Pick<ServerProcess, 'url'>, query: string, beside?: RawPage): Promise<RawPage> {
  const page = await browser.open(`${server.url}/?host=${query}${PACE}`, beside);
  return settledIn(page);
}

/** The same, where `script` runs before the page's own. */
export async function openWith(browser: RawChromium, server: Pick<ServerProcess, 'url'>, query: string, script: string): Promise<RawPage> {
  const page = await browser.open('about:blank');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: script });
  await page.send('Page.navigate', { url: `${server.url}/?host=${query}${PACE}` });
  return settledIn(page);
}

async function settledIn(page: RawPage): Promise<RawPage> {
  await expect.poll(() => page.evaluate('globalThis.harness?.phase'), { timeout: 30_000 }).toMatch(/^signed-/);
  return page;
}

export async function openSignedIn(browser: RawChromium, server: Pick<ServerProcess, 'url'>, query: string): Promise<RawPage> {
  const page = await openPage(browser, server, query);
  await page.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);
  await isLive(page);
  return page;
}

export async function isLive(page: RawPage): Promise<void> {
  await expect.poll(() => page.evaluate('harness.health.label'), { timeout: 30_000 }).toBe('Live');
}

/** Sees to it that events arrive live, and that the code for what follows has had the time to be loaded. */
export async function delivering(page: RawPage): Promise<void> {
  await expect.poll(() => page.evaluate('harness.delivered.length'), { timeout: 30_000 }).toBeGreaterThan(20);
}

/** What the page was told, cut where its picture was replaced as a whole: an engine that was stopped inside a transaction costs that (about one in twenty). */
export const delivered = (page: RawPage): Promise<number[][]> =>
  page.evaluate<number[][]>(`harness.records.reduce((stretches, { k, seq }) => {
    if (k === 'P.base') stretches.push([]);
    if (k === 'P.deliver') stretches.at(-1).push(seq);
    return stretches;
  }, [[]])`);
export const lastSeq = (page: RawPage): Promise<number> =>
  page.evaluate<number>(`Math.max(0, ...harness.records.filter(({ k }) => k === 'P.deliver' || k === 'P.base').map(({ seq }) => seq))`);
export const tellsTerm = (page: RawPage): Promise<number> => page.evaluate<number>('harness.health.term');

/** Wall time of the first delivery in this page after `at`. */
export function firstAfter(page: RawPage, at: number): Promise<number> {
  return recordAfter(page, `harness.records.find(({ k, t }) => k === 'P.deliver' && performance.timeOrigin + t > ${at})`);
}

/** Wall time of the first delivery after `at` that came when another engine had been heard. */
export function firstOfNext(page: RawPage, at: number): Promise<number> {
  return recordAfter(
    page,
    `(() => {
      const leader = harness.records.find(({ k, t, term }) => k === 'H.leader' && term > 0 && performance.timeOrigin + t > ${at});
      return leader && harness.records.find(({ k, t }) => k === 'P.deliver' && t > leader.t);
    })()`,
  );
}

async function recordAfter(page: RawPage, find: string): Promise<number> {
  const ask = `(${find})?.t + performance.timeOrigin`;
  await expect.poll(() => page.evaluate<number | null>(ask), { timeout: 90_000, intervals: [50] }).toBeGreaterThan(0);
  return Math.round(await page.evaluate<number>(ask));
}

/** By the browser itself: whether this page holds `conn` for its own engine. */
export function leads(page: RawPage): Promise<boolean> {
  return page.evaluate<boolean>(`navigator.locks.request('whoami:' + Math.random(), async (own) => {
    const { held } = await navigator.locks.query();
    const me = held.find(({ name }) => name === own.name).clientId;
    return held.some(({ name, clientId }) => name.endsWith(':conn') && clientId === me);
  })`);
}

/** Which context holds the scope's lock `name`; null where none does. */
export function holderOf(page: RawPage, name: string): Promise<string | null> {
  return page.evaluate(`navigator.locks.query().then(({ held }) => held.find((lock) => lock.name.endsWith(':${name}'))?.clientId ?? null)`);
}

/** Each stretch is an unbroken part of the server's log. */
export function expectOnceInOrder(stretches: readonly (readonly number[])[], server: ServerProcess): void {
  const log = server.events(TENANT).map(({ seq }) => seq);
  for (const seqs of stretches) expect(seqs).toEqual(log.filter((seq) => seq >= (seqs[0] ?? Infinity) && seq <= (seqs.at(-1) ?? 0)));
}
