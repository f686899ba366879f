import { expect, test } from 'vitest';
import { NO_METRICS, type DerivedMetrics } from '../../src/client/derived-metrics.ts';
import { describeMetrics, startMetricsReports } from '../../src/client/metrics-reports.ts';
import { createTopic } from '../../src/client/topic.ts';
import { CLIENT_GAUGES, CLIENT_METRICS_PATH, CLIENT_SUMS } from '../../src/protocol/client-metrics.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

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

test('[MTS5] a report has each field of the protocol and no other', () => {
  const { sums, gauges } = describeMetrics(NO_METRICS, 'd1');
  expect([Object.keys(sums).toSorted(), Object.keys(gauges).toSorted()]).toEqual([[...CLIENT_SUMS].toSorted(), [...CLIENT_GAUGES].toSorted()]);
});
