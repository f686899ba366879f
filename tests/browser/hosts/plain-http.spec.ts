// Plain http on another name than localhost, as an address in a LAN is: the browser itself takes locks, service worker and the rest away. With a SharedWorker
// that one leads; without (Chrome for Android before 148, Samsung Internet: here a script takes it away) pages take turns, and poll.
import { expect, test, type Stage } from '../../support/browser-test.ts';
import { MANAGER } from '../../support/page-probes.ts';
import { launchRawChromium, type RawChromium, type RawPage } from '../../support/raw-chromium.ts';
import { PASSWORD, type RestUser } from '../../support/rest-user.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { delivered, delivering, expectOnceInOrder, firstOfNext, lastSeq, openWith, tellsTerm } from './raw-pages.ts';
import { startTraffic } from './traffic.ts';

const LAN = 'holdfast.lan';
const NO_SHARED_WORKER = 'delete globalThis.SharedWorker';

interface Lan {
  readonly server: ServerProcess;
  readonly browser: RawChromium;
  readonly user: RestUser;
  open(): Promise<RawPage>;
}

async function onLan(stage: Stage, script: string, story: (lan: Lan) => Promise<void>): Promise<void> {
  const server = await stage.server();
  const browser = await launchRawChromium([`--host-resolver-rules=MAP ${LAN} 127.0.0.1`]);
  const url = server.url.replace(/\/\/[^:]+/, `//${LAN}`);
  try {
    await story({ server, browser, user: await server.signIn(MANAGER), open: () => openWith(browser, { url }, 'auto', script) });
  } finally {
    await browser.dispose();
  }
}

const facts = (page: RawPage) =>
  page.evaluate<object>(
    '(({ label, host, hostReason, reason, warnings }) => ({ label, host, hostReason, reason, warnings: warnings.length }))(harness.health)',
  );
const earliest = async (pages: readonly RawPage[], at: number) => Math.min(...(await Promise.all(pages.map((page) => firstOfNext(page, at)))));
const signIn = (page: RawPage) => page.evaluate(`harness.signIn(${JSON.stringify(MANAGER)}, ${JSON.stringify(PASSWORD)})`);

async function expectAll(pages: readonly RawPage[], { server, user }: Lan, head: number): Promise<void> {
  for (const page of pages) {
    await expect.poll(() => lastSeq(page), { timeout: 30_000 }).toBe(head);
    expectOnceInOrder(await delivered(page), server);
  }
  expect(await tellsTerm(pages[0] as RawPage)).toBe(await tellsTerm(pages[1] as RawPage));
  expect((await user.status()).head).toBe(head);
}

test('@extended [TRN1] [TRN2] plain http without a SharedWorker: tabs take turns and poll, say so by name, and none holds a stream', async ({ stage }) => {
  await onLan(stage, NO_SHARED_WORKER, async (lan) => {
    const { user } = lan;
    const first = await lan.open();
    expect(await first.evaluate('[isSecureContext, typeof navigator.locks, typeof SharedWorker]')).toEqual([false, 'undefined', 'undefined']);
    await signIn(first);
    const others = [await lan.open(), await lan.open()] as const;
    const polling = { label: 'Polling', host: 'inline', hostReason: 'insecure-context', reason: 'insecure-context', warnings: 0 };
    for (const page of [first, ...others]) await expect.poll(() => facts(page), { timeout: 30_000 }).toEqual(polling);
    const traffic = startTraffic(user, 20);
    for (const page of others) await delivering(page);
    expect((await user.status()).streams).toHaveLength(0);

    const closedAt = Date.now();
    await first.close();
    stage.note('plain http, leader closed: first event of the next, ms', (await earliest(others, closedAt)) - closedAt);
    // A crash says nothing: silence tells of it.
    const left = await lan.open();
    await delivering(left);
    const term = await tellsTerm(left);
    const crashedAt = Date.now();
    for (const page of others) await page.crash();
    await expect.poll(() => tellsTerm(left), { timeout: 30_000 }).toBeGreaterThan(term);
    stage.note('plain http, the others crashed: the last one leads after, ms', Date.now() - crashedAt);
    const last = await lan.open();
    const head = await traffic.stop();
    await expectAll([left, last], lan, head);
    expect((await user.status()).streams).toHaveLength(0);
  });
});

test('@extended [CHO2] plain http with a SharedWorker: tabs share one stream without locks, and silence tells of the worker that died with its tab', async ({
  stage,
}) => {
  await onLan(stage, '', async (lan) => {
    const { user } = lan;
    const maker = await lan.open();
    expect(await maker.evaluate('[isSecureContext, typeof navigator.locks, typeof SharedWorker]')).toEqual([false, 'undefined', 'function']);
    await signIn(maker);
    const others = [await lan.open(), await lan.open()] as const;
    const live = { label: 'Live', host: 'shared', hostReason: 'insecure-context', reason: null, warnings: 0 };
    for (const page of [maker, ...others]) await expect.poll(() => facts(page), { timeout: 30_000 }).toEqual(live);
    const traffic = startTraffic(user, 20);
    for (const page of others) await delivering(page);
    expect((await user.status()).streams).toHaveLength(1);

    const at = Date.now();
    await maker.crash();
    stage.note('plain http, the worker died with its tab: first event of the next, ms', (await earliest(others, at)) - at);
    const head = await traffic.stop();
    await expectAll(others, lan, head);
    expect((await user.status()).streams).toHaveLength(1);
    // Without locks nobody can tell whether the old worker hangs or died: it is not said that it hangs.
    for (const page of others) expect(await facts(page)).toEqual(live);
  });
});
