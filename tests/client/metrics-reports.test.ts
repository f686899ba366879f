import { expect, test } from 'vitest';
import { NO_METRICS, type DerivedMetrics } from '../../src/client/health/derived-metrics.ts';
import { describeMetrics, startMetricsReports } from '../../src/client/health/metrics-reports.ts';
import { createTopic } from '../../src/client/topic.ts';
import { CLIENT_GAUGES, CLIENT_METRICS_PATH, CLIENT_SUMS } from '../../src/protocol/client-metrics.ts';
import { createBearerBeacon } from '../../src/client/session/bearer-beacon.ts';
import type { GetToken } from '../../src/client/session/page-tokens.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { silentLog } from '../transport/answering-server.ts';

test('[MTS5] figures are sent now and then and when the page goes out of sight, only when they are new, and again where the browser had no room', async () => {
  const clock = createVirtualClock();
  const metrics = createTopic<DerivedMetrics>(NO_METRICS, { notify: (tell) => tell() });
  const sent: { readonly url: string; readonly body: Promise<string> }[] = [];
  const life = new AbortController();
  let hasRoom = true;
  let hide = (): void => {};
  startMetricsReports(
    {
      ...{ metrics, device: 'd1', baseUrl: 'http://s', clock, intervalMs: 1_000 },
      beacon(url, body) {
        if (hasRoom) sent.push({ url, body: body.text() });
        return hasRoom;
      },
      onHidden: (listener) => void (hide = listener),
    },
    life.signal,
  );
  clock.advance(3_000);
  expect(sent).toEqual([]);
  metrics.set({ ...NO_METRICS, totalEvents: 5, recoveries: 2, averageRecoveryTime: 150, lagP95: 80 });
  clock.advance(2_000);
  expect(sent.map(({ url }) => url)).toEqual([`http://s${CLIENT_METRICS_PATH}`]);
  expect(JSON.parse((await sent[0]?.body) ?? '')).toMatchObject({
    v: 1,
    device: 'd1',
    sums: { totalEvents: 5, recoveryTime: 300 },
    gauges: { lagP95: 80, lagP50: null },
  });
  hasRoom = false;
  metrics.set({ ...NO_METRICS, totalEvents: 6 });
  hide();
  hasRoom = true;
  hide();
  expect(sent).toHaveLength(2);
  life.abort();
  metrics.set({ ...NO_METRICS, totalEvents: 7 });
  hide();
  clock.advance(5_000);
  expect(sent).toHaveLength(2);
});

test('[MTS5] with bearer tokens a report is a request that outlives its page: with a token, renewed once, and again later where it did not arrive', async () => {
  const asked: unknown[] = [];
  const requests: [string, RequestInit][] = [];
  let status = 401;
  const net = { fetch: async (url: string, init: RequestInit) => (requests.push([url, init]), new Response(null, { status })) };
  const platform = { net, clock: createVirtualClock(), log: silentLog };
  const getToken: GetToken = (ask) => (asked.push(ask), ask.isRefused ? 'fresh' : 'stale');
  const beacon = createBearerBeacon(getToken, { tenant: 't', baseUrl: 'http://s' }, platform);
  const metrics = createTopic<DerivedMetrics>({ ...NO_METRICS, totalEvents: 1 }, { notify: (tell) => tell() });
  const life = new AbortController();
  let hide = (): void => {};
  const deps = { metrics, device: 'd1', baseUrl: 'http://s', clock: platform.clock, intervalMs: 1_000, beacon };
  startMetricsReports({ ...deps, onHidden: (listener) => void (hide = listener) }, life.signal);
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  metrics.set({ ...NO_METRICS, totalEvents: 2 });
  hide();
  await settled();
  const sent = () =>
    requests.map(([url, { method, keepalive, credentials, headers }]) => [url, method, keepalive, credentials, new Headers(headers).get('authorization')]);
  const report = (token: string) => [`http://s${CLIENT_METRICS_PATH}`, 'POST', true, 'omit', `Bearer ${token}`];
  expect([asked, sent()]).toEqual([
    [
      { isRefused: false, tenant: 't' },
      { isRefused: true, tenant: 't' },
    ],
    [report('stale'), report('fresh')],
  ]);
  status = 204;
  hide();
  await settled();
  hide();
  await settled();
  expect(sent().slice(2)).toEqual([report('stale')]);
  life.abort();
});

test('[MTS5] a report has each field of the protocol and no other', () => {
  const { sums, gauges } = describeMetrics(NO_METRICS, 'd1');
  expect([Object.keys(sums).toSorted(), Object.keys(gauges).toSorted()]).toEqual([[...CLIENT_SUMS].toSorted(), [...CLIENT_GAUGES].toSorted()]);
});
