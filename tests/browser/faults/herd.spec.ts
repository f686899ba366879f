// A herd: many devices lose their server at one moment. They run the product's own connection without a browser; what they ask is judged.
import { onWallClock } from '../../support/crash-story.ts';
import { checkHistory } from '../../support/history-checker.ts';
import { startHeadlessClient } from '../../support/headless-client.ts';
import { MANAGER } from '../../support/page-probes.ts';
import { expect, test } from '../../support/browser-test.ts';

/** 500 are what the oracle asks for: HERD=500. */
const CLIENTS = Number(process.env['HERD'] ?? 60);

test('[FLT-N36] many devices whose server dies come back spread, politely, and have the next event', async ({ stage }) => {
  test.setTimeout(240_000);
  const server = await stage.server({ env: { HEARTBEAT_MS: '1000' } });
  const proxy = await stage.proxy(server.url);
  const user = await server.signIn(MANAGER);
  const life = new AbortController();
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, at) => startHeadlessClient({ baseUrl: proxy.url, user, device: `device-${at}`, seed: at + 1 }, life.signal)),
  );
  const connected = () => clients.filter((client) => client.isConnected()).length;
  await expect.poll(connected, { timeout: 60_000 }).toBe(CLIENTS);
  const spreadMs = Math.min(10_000, Math.max(500, 5 * CLIENTS));
  const fault = { fault: 'N36', id: 'N36', args: { spreadMs } };
  const begun = { k: 'N.start', t: Date.now(), ...fault };
  await server.kill();
  await expect.poll(() => proxy.openStreams()).toBe(0);
  await server.start();
  const ended = { k: 'N.end', t: Date.now(), ...fault };
  const [order = ''] = await user.orders();
  const cursor = await user.edit(order, 'after the death');
  await expect.poll(() => clients.filter((client) => client.cursor() === cursor).length, { timeout: 60_000 }).toBe(CLIENTS);
  stage.note('recovery', `N36: ${Date.now() - ended.t} of 60000 ms, ${CLIENTS} devices`);
  life.abort();
  const { violations } = checkHistory({ pages: [], server: [], wire: onWallClock(proxy), faults: [begun, ended], cfg: { minDelivers: 0 } });
  // Without pages and log only the wire is judged: connections, requests, places asked from.
  expect(violations.filter(({ rule }) => rule === 'R12' || rule === 'R14')).toEqual([]);
});
