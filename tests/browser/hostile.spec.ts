// Events that no honest server sends: each is refused and counted, does nothing, and the next real one arrives on the same stream.
import { health, lastSeqOf, MANAGER, probe, waitForLabel } from '../support/page-probes.ts';
import { PATHS } from '../../src/protocol/http.ts';
import { expect, test } from '../support/browser-test.ts';

/** As it would stand on the wire; `id` is that of the newest real event, so that a refused one has nowhere to move the cursor. */
function hostileMessages(id: string): Readonly<Record<string, string>> {
  const event = (data: string, more = '') =>
    `id: ${id}\nevent: order_updated\ndata: {"id":"${id}","prev":"${id}","eventType":"order_updated","tenant":"nugegoda","timestamp":"2026-11-20T12:00:00.000Z","orderID":null,"actor":null,"mutationId":null,"changes":[],"data":${data}${more}}\n\n`;
  const nested = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  return {
    '__proto__ in the data': event('{"__proto__":{"polluted":"yes"}}'),
    '__proto__ at the top': event('{}', ',"__proto__":{"polluted":"yes"}'),
    'constructor.prototype': event('{"constructor":{"prototype":{"polluted":"yes"}}}'),
    'ten megabytes': event(`{"text":"${'x'.repeat(10 * 1024 * 1024)}"}`),
    '6,000 levels': event(nested(6_000)),
    'a page instead of data': `id: ${id}\nevent: order_updated\ndata: <!doctype html><img src=x onerror="window.__xss=1">\n\n`,
    'a list instead of an object': `id: ${id}\nevent: order_updated\ndata: ["order_updated"]\n\n`,
    'wrong types': `id: ${id}\nevent: order_updated\ndata: {"id":"${id}","prev":"${id}","eventType":7,"tenant":["nugegoda"],"timestamp":1e400,"orderID":{},"data":"text","changes":"all"}\n\n`,
    'changes of wrong types': event('{}').replace('"changes":[]', '"changes":[{"collection":"orders","id":"o-1","version":"9007199254740993","doc":[]}]'),
    'no id at all': 'event: order_updated\ndata: {"eventType":"order_updated","data":{}}\n\n',
    'another id inside than outside': event('{}').replace('"id":"', '"id":"other-'),
    'a control message nobody knows': 'event: self_destruct\ndata: {"in":3}\n\n',
    'an error from the stream': 'event: error\ndata: {"message":"<script>window.__xss=1</script>"}\n\n',
    'a heartbeat without a cursor': 'event: heartbeat\ndata: {"cursor":5}\n\n',
  };
}

test('[BRW13] hostile events are refused and counted, change nothing, and the next real event arrives on the same stream', async ({ stage }) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tabs = [await browser.openAs('a', MANAGER), await browser.open('b')];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const [tab] = tabs as [(typeof tabs)[0]];
  const crashes: string[] = [];
  for (const { page } of tabs) page.on('pageerror', (error) => crashes.push(error.message));
  const user = await server.signIn(MANAGER);
  await probe(user, tabs);
  const streams = (await user.status()).streams;
  const id = await tab.page.evaluate(() => window.harness.events.at(-1)?.id ?? '');
  let refused = (await health(tab)).refusedEvents;
  for (const [name, text] of Object.entries(hostileMessages(id))) {
    const { head } = await user.status();
    proxy.insert(PATHS.events, text);
    refused += 1;
    await expect.poll(async () => (await health(tab)).refusedEvents, { message: `${name} is refused and counted` }).toBe(refused);
    await probe(user, tabs, 5_000);
    expect(await lastSeqOf(tab)).toBe(head + 1);
  }
  proxy.insert(PATHS.events, 'retry: 99999999999999999999\n\n: a comment\n\n');
  await probe(user, tabs, 5_000);
  expect((await user.status()).streams.map(({ term }) => term)).toEqual(streams.map(({ term }) => term));
  expect(proxy.records.filter(({ k }) => k === 'W.open')).toHaveLength(1);
  for (const { page } of tabs) {
    expect(await page.evaluate(() => Object.keys(Object.prototype))).toEqual([]);
    expect(await page.evaluate(() => [({} as Record<string, unknown>)['polluted'], (window as unknown as Record<string, unknown>)['__xss']])).toEqual([
      undefined,
      undefined,
    ]);
    expect(await page.evaluate(() => window.harness.errors)).toEqual([]);
    const rejects = await page.evaluate(() => window.harness.records.filter((record) => (record as { k: string }).k === 'P.reject').length);
    expect(rejects).toBe(Object.keys(hostileMessages(id)).length);
  }
  expect(crashes).toEqual([]);
});
