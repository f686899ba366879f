import { get } from 'node:http';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createClientReports } from '../../server/metrics/client-reports.ts';
import { CLIENT_GAUGES, CLIENT_METRICS_PATH, CLIENT_SUMS, type ClientMetrics } from '../../src/protocol/client-metrics.ts';
import { signedIn, start } from './harness.ts';

const TOKEN = 'a token of thirty-two bytes or more';

function report(sums: Partial<ClientMetrics['sums']> = {}, gauges: Partial<ClientMetrics['gauges']> = {}, device = 'device-1'): ClientMetrics {
  const zeroes = Object.fromEntries(CLIENT_SUMS.map((field) => [field, 0])) as ClientMetrics['sums'];
  const nothing = Object.fromEntries(CLIENT_GAUGES.map((field) => [field, null])) as ClientMetrics['gauges'];
  return { v: 1, device, sums: { ...zeroes, ...sums }, gauges: { ...nothing, ...gauges } };
}

const read = async (url: string, headers: Record<string, string> = {}) => fetch(`${url}/metrics`, { headers });
/** fetch sends no other Host. */
const statusAs = (port: number, host: string) =>
  new Promise((resolve) => get({ port, host: '127.0.0.1', path: '/metrics', headers: { host } }, (answer) => resolve(answer.resume().statusCode)));
const lineOf = (text: string, name: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.split(' ')
    .at(-1);

test('[MTS1] /metrics is for this machine alone, and for nobody whose request was handed on, unless a token is set', async () => {
  const own = await start();
  expect((await read(own.url)).status).toBe(200);
  for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-Proto', 'CF-Connecting-IP'])
    expect((await read(own.url, { [name]: '127.0.0.1' })).status, name).toBe(403);
  expect(await statusAs(own.port, 'sync.example')).toBe(403);
  expect(await statusAs(own.port, 'localhost:4173')).toBe(200);
  const proxied = await start({ proxies: 1 });
  expect((await read(proxied.url)).status).toBe(403);
  expect((await read(proxied.url, { 'X-Forwarded-For': '127.0.0.1' })).status).toBe(403);
  const guarded = await start({ metricsToken: TOKEN });
  expect((await read(guarded.url)).status).toBe(403);
  expect((await read(guarded.url, { Authorization: `Bearer ${TOKEN}x` })).status).toBe(403);
  expect((await read(guarded.url, { Authorization: `Bearer ${TOKEN}`, 'X-Forwarded-For': '192.0.2.1' })).status).toBe(200);
});

test("[MTS2] /metrics tells the server's own counts: streams and place of the log by tenant, requests by class, and the process", async () => {
  const server = await start();
  const text = await (await read(server.url)).text();
  expect(lineOf(text, 'holdfast_streams{tenant="north"}')).toBe(String(server.hub.streams('north').length));
  expect(lineOf(text, 'holdfast_log_head{tenant="north"}')).toBe(String(server.store.log.head('north').seq));
  expect(text).toContain('process_cpu_user_seconds_total');
  await fetch(`${server.url}/api/v1/orders`);
  expect(lineOf(await (await read(server.url)).text(), 'holdfast_http_requests_total{method="GET",status="4xx"}')).toBe('1');
});

test('[MTS3] a report of a device adds what came since its last one, to its tenant; reports of two tabs count once', async () => {
  const server = await start();
  const north = signedIn(server, 'worker', 'north');
  const post = async (body: unknown) => (await north.send('POST', CLIENT_METRICS_PATH, body)).status;
  expect(await post(report({ totalEvents: 1_000 }))).toBe(204);
  expect(await post(report({ totalEvents: 1_010 }, { lagP95: 80, storageUsage: 5_000 }))).toBe(204);
  expect(await post(report({ totalEvents: 1_004 }))).toBe(204);
  expect(await post(report({ totalEvents: 1_012 }))).toBe(204);
  const text = await (await read(server.url)).text();
  expect(lineOf(text, 'holdfast_client_events_total{tenant="north"}')).toBe('12');
  expect(lineOf(text, 'holdfast_client_reports_total{tenant="north"}')).toBe('4');
  expect(lineOf(text, 'holdfast_client_lag_p95_bucket{le="100",tenant="north"}')).toBe('1');
  expect(text).not.toContain('device-1');
});

test('[MTS3] what is no report is refused and counted, and nobody reports without a session or from a foreign page', async () => {
  const server = await start();
  const north = signedIn(server, 'worker', 'north');
  const good = report();
  const bad = [
    { ...good, v: 2 },
    { ...good, device: 'a b' },
    { ...good, plate: 'X' },
    { ...good, sums: { ...good.sums, uptime: -1 } },
    { ...good, gauges: {} },
  ];
  for (const body of bad) expect((await north.send('POST', CLIENT_METRICS_PATH, body)).status).toBe(422);
  expect((await north.send('POST', CLIENT_METRICS_PATH, { ...good, device: 'x'.repeat(5_000) })).status).toBe(413);
  const headers = { 'Content-Type': 'application/json' };
  expect((await fetch(server.url + CLIENT_METRICS_PATH, { method: 'POST', headers: { ...headers, Origin: server.url }, body: '{}' })).status).toBe(401);
  expect((await north.send('POST', CLIENT_METRICS_PATH, good, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  const text = await (await read(server.url)).text();
  expect(lineOf(text, 'holdfast_client_reports_refused_total')).toBe(String(bad.length + 1));
});

test('[MTS4] devices are bounded: who reported longest ago is forgotten, and is not counted again from zero', async () => {
  const registry = new Registry();
  const reports = createClientReports(registry, { maxDevices: 2 });
  reports.take('quiet', 'u', report({ totalEvents: 100 }, {}, 'a'));
  for (const device of ['a', 'b', 'c']) reports.take('t', 'u', report({ totalEvents: 100 }, {}, device));
  expect(reports.devices()).toBe(3);
  reports.take('t', 'u', report({ totalEvents: 150 }, {}, 'a'));
  expect(lineOf(await registry.metrics(), 'holdfast_client_events_total')).toBeUndefined();
  reports.take('t', 'u', report({ totalEvents: 160 }, {}, 'a'));
  expect(lineOf(await registry.metrics(), 'holdfast_client_events_total{tenant="t"}')).toBe('10');
  reports.take('quiet', 'u', report({ totalEvents: 101 }, {}, 'a'));
  expect(lineOf(await registry.metrics(), 'holdfast_client_events_total{tenant="quiet"}')).toBe('1');
});
