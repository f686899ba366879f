// `/metrics` for a Prometheus, and where devices report. Who may read: whoever has the operator's token, or, without one, this machine alone. It tells counts
// and names of tenants, never of people; how many series there are depends on tenants and on nothing that a client sends.
import { createHash, timingSafeEqual } from 'node:crypto';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import * as v from 'valibot';
import { CLIENT_GAUGES, CLIENT_METRICS_PATH, CLIENT_SUMS, type ClientMetrics } from '../../src/protocol/client-metrics.ts';
import { readBody, type App, type RequestContext } from '../http-context.ts';
import { HttpProblem } from '../problem.ts';
import { ID, parseObject, validate } from '../rest/validate.ts';
import type { Hub } from '../sync/hub.ts';
import type { LogStore } from '../sync/log-store.ts';
import { createClientReports, type ClientReports } from './client-reports.ts';

export interface MetricsDeps {
  readonly hub: Hub;
  readonly log: LogStore;
  /** Null: this machine alone may read. */
  readonly metricsToken: string | null;
  /** Proxies in front: where there are any, nobody is known by being on this machine. */
  readonly proxies: number;
}

export interface Metrics {
  readonly registry: Registry;
  readonly reports: ClientReports;
}

/** The larger a report, the less it is one. */
const REPORT_CHARACTERS = 4_096;
const count = v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(0, 'at least 0'), v.maxValue(Number.MAX_SAFE_INTEGER, 'a count'));
const REPORT = v.strictObject({
  v: v.literal(1, 'version 1'),
  device: ID,
  sums: v.strictObject(Object.fromEntries(CLIENT_SUMS.map((field) => [field, count]))),
  gauges: v.strictObject(Object.fromEntries(CLIENT_GAUGES.map((field) => [field, v.nullable(count)]))),
});

export function createMetrics({ hub, log }: Pick<MetricsDeps, 'hub' | 'log'>): Metrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: (gauge: Gauge) => void, labelNames: string[] = []): void => {
    const made: Gauge = new Gauge({ name, help, labelNames, registers: [registry], collect: () => read(made) });
  };
  const ofTenants = (read: (tenant: string) => number) => (made: Gauge) => {
    for (const tenant of log.tenants()) made.set({ tenant }, read(tenant));
  };
  gauge(
    'holdfast_streams',
    'Streams that are open.',
    ofTenants((tenant) => hub.streams(tenant).length),
    ['tenant'],
  );
  gauge(
    'holdfast_log_head',
    'Place of the newest event of the log; its growth is the rate of events.',
    ofTenants((tenant) => log.head(tenant).seq),
    ['tenant'],
  );
  gauge('holdfast_cut_readers', 'Streams that were cut because their reader stood still.', (made) => made.set(hub.cutReaders));
  gauge('holdfast_shed_hints', 'Notices that a slow reader did not get.', (made) => made.set(hub.shedHints));
  return { registry, reports: createClientReports(registry) };
}

/** Before all other routes: every request is counted, by method and class of its status. */
export function routeMetrics(app: App, { registry }: Metrics, reading: Pick<MetricsDeps, 'metricsToken' | 'proxies'>): void {
  const requests = new Counter({
    name: 'holdfast_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  app.use(async (context, next) => {
    await next();
    requests.inc({ method: METHODS.has(context.req.method) ? context.req.method : 'other', status: `${Math.floor(context.res.status / 100)}xx` });
  });
  let isWatched = false;
  app.get('/metrics', async (context) => {
    if (!mayRead(context, reading)) throw new HttpProblem('auth/forbidden', 'Figures of this server are for its operator.');
    // Of the process: measured from the first look on, because measuring costs a little and most servers are never asked.
    if (!isWatched) collectDefaultMetrics({ register: registry });
    isWatched = true;
    return context.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' });
  });
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Behind the session: a report is of somebody who is signed in, and counted for that tenant. */
export function routeReports(app: App, { reports }: Metrics): void {
  app.post(CLIENT_METRICS_PATH, async (context) => {
    const { tenant, user } = context.var.session;
    try {
      reports.take(tenant, user, await readReport(context));
    } catch (error) {
      reports.refused();
      throw error;
    }
    return context.body(null, 204);
  });
}

async function readReport(context: RequestContext): Promise<ClientMetrics> {
  const text = await readBody(context);
  if (text.length > REPORT_CHARACTERS)
    throw new HttpProblem('request/too-large', 'A report is smaller than this.', { expected: `at most ${REPORT_CHARACTERS} characters` });
  return validate(REPORT, parseObject(text)) as ClientMetrics;
}

function mayRead(context: RequestContext, { metricsToken: token, proxies }: Pick<MetricsDeps, 'metricsToken' | 'proxies'>): boolean {
  if (token !== null) return isSame(/^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? '', token);
  return proxies === 0 && isOfThisMachine(context);
}

/**
 * What a proxy on this machine hands on comes from this machine, and from anywhere: only who asks by himself is believed to be here. Proxies say that they
 * are there by a header, or at least hand on under which name they were asked.
 */
function isOfThisMachine({ req, var: { peer } }: RequestContext): boolean {
  if (Object.keys(req.header()).some((name) => FORWARDED.test(name))) return false;
  return /^(local|::1|127(\.\d+){3})$/.test(peer.address) && /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(peer.host);
}

const FORWARDED = /^(forwarded|via|x-forwarded-.+|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|x-request-id)$/;

function isSame(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
