// Faults of writes on their way, of hostile input, and of people who leave in the middle.
import { checkHistory } from '../../support/history-checker.ts';
import { onWallClock } from '../../support/crash-story.ts';
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { lastSeqOf, OTHER_MANAGER, TENANT, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PATHS } from '../../../src/protocol/http.ts';
import { readScopes } from '../../support/disk-reader.ts';
import { expect, test } from '../../support/browser-test.ts';

const ORDERS = '/api/v1/orders';

const LOST = [
  { core: '@core ', name: 'a reset', fault: { do: 'lost-ack' } },
  { core: '', name: 'a 500 after the deed', fault: { do: 'lost-ack', code: 500 } },
] as const;

for (const { core, name, fault } of LOST)
  test(`${core}[FLT-N24] an answer lost by ${name}: the write is done once, and the page knows in the end`, async ({ stage }) => {
    const run = await startFaultRun(stage);
    run.begin('N24');
    const end = run.proxy.rule(ORDERS, fault);
    const sent = edit(run, 'a', 'written once');
    await expect.poll(() => run.server.applies(TENANT).length, { timeout: 10_000 }).toBe(1);
    end();
    await run.end('N24');
    // It asked again under the same key; what the page was told stands on the tape.
    await sent;
    expect(run.server.applies(TENANT)).toHaveLength(1);
    await expectClean(run);
  });

test('[FLT-N25] a request that a middle box doubles is done once', async ({ stage }) => {
  const run = await startFaultRun(stage);
  run.begin('N25');
  run.proxy.rule(ORDERS, { do: 'twice' });
  await edit(run, 'a', 'doubled on the way');
  run.proxy.heal();
  expect(run.server.applies(TENANT)).toHaveLength(1);
  expect(run.server.events(TENANT).filter(({ mutId }) => mutId === run.server.applies(TENANT)[0]?.mutId)).toHaveLength(1);
  await run.end('N25', { boundMs: 5_000 });
  await expectClean(run);
});

test('[FLT-N32] hostile events do nothing, and the next real one arrives', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const id = await run.tab('a').page.evaluate(() => window.harness.events.at(-1)?.id ?? '');
  const event = (data: string): string =>
    `id: ${id}\nevent: order_updated\ndata: {"id":"${id}","prev":"${id}","eventType":"order_updated","tenant":"nugegoda","timestamp":"2026-11-20T12:00:00.000Z","orderID":null,"actor":null,"mutationId":null,"changes":[],"data":${data}}\n\n`;
  run.begin('N32');
  for (const data of [
    '{"__proto__":{"polluted":"yes"}}',
    '{"constructor":{"prototype":{"polluted":"yes"}}}',
    '{"a":'.repeat(6_000) + '1' + '}'.repeat(6_000),
    `{"text":"${'x'.repeat(2 * 1024 * 1024)}"}`,
    '{"text":"\\ud800","n":1e999,"z":"\\u0000"}',
  ])
    run.proxy.insert(PATHS.events, event(data));
  run.proxy.insert(PATHS.events, 'event: error\ndata: <img src=x onerror="window.__xss=1">\n\n');
  await run.end('N32');
  for (const tab of run.tabs()) {
    const inert = await tab.page.evaluate(() => ({
      protoKeys: Object.keys(Object.prototype),
      canary: (window as unknown as Record<string, unknown>)['__xss'] ?? false,
    }));
    run.browser.tape.take(tab.name, [{ k: 'P.inert', t: Date.now(), ...inert }]);
  }
  expect(run.opened()).toBe(1);
  await expectClean(run);
});

test('@core [FLT-N34] leaving with events in flight: nothing of it reaches the next person, and nothing stays on disk', async ({ stage }) => {
  const run = await startFaultRun(stage);
  const traffic = run.user.burst(200, { lanes: 4, perSecond: 100 });
  await waitForSeq(run.tab('a'), (await run.user.status()).head + 20);
  run.begin('N34');
  await run.tab('a').page.evaluate(() => window.harness.logout());
  const other = await run.browser.openAs('other', OTHER_MANAGER);
  await waitForLabel(other, 'Live');
  await traffic;
  const neighbour = await run.server.signIn(OTHER_MANAGER);
  const [order = ''] = await neighbour.orders();
  const cursor = await neighbour.edit(order, 'after the change of person');
  await waitForSeq(other, Number(cursor.split('_')[1]));
  expect(await lastSeqOf(other)).toBe(Number(cursor.split('_')[1]));
  const scopes = await readScopes(await run.browser.blank());
  expect(scopes.filter(({ snap }) => snap.tenant === TENANT).flatMap(({ snap }) => snap.events)).toEqual([]);
  const { violations } = checkHistory({
    pages: run.browser.tape.records,
    server: [...run.server.events(TENANT), ...run.server.events('kandy')],
    wire: onWallClock(run.proxy),
    disk: scopes.map(({ snap }) => snap),
    alive: ['other'],
  });
  expect(violations).toEqual([]);
});

/** A write of a page, as its buttons make it. */
async function edit(run: FaultRun, tab: string, notes: string): Promise<unknown> {
  const [order = ''] = await run.user.orders();
  return run.tab(tab).page.evaluate(
    ([id, text]) =>
      window.harness.send({ method: 'PATCH', path: `/api/v1/orders/${id}`, body: { notes: text }, collection: 'orders', docId: id }).then(
        () => 'done',
        (error: unknown) => String(error),
      ),
    [order, notes] as const,
  );
}

async function expectClean(run: FaultRun): Promise<void> {
  expect((await run.judge()).violations).toEqual([]);
}
