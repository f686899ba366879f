// What devices report, as figures of a tenant: sums grow by what each device added since its report before, so that neither tabs that report the same nor
// a restart of the server count anything twice. Bounded: the devices that reported longest ago are forgotten, and begin anew without being counted again.
import { Counter, Histogram, type Registry } from 'prom-client';
import { CLIENT_GAUGES, CLIENT_SUMS, type ClientMetrics, type ClientSums } from '../../src/protocol/client-metrics.ts';

export interface ClientReports {
  take(tenant: string, user: string, report: ClientMetrics): void;
  refused(): void;
  /** Devices whose last report is remembered. */
  devices(): number;
}

type Gauge = (typeof CLIENT_GAUGES)[number];

/** `maxDevices`: how many of a tenant are remembered. Without an earlier report nothing is known of what was added, so the first only sets the mark. */
export function createClientReports(registry: Registry, { maxDevices = 10_000 }: { readonly maxDevices?: number } = {}): ClientReports {
  const registers = [registry];
  const labelNames = ['tenant'];
  /** By tenant: one's devices push out none of another's. */
  const tenants = new Map<string, Map<string, ClientSums>>();
  const reports = new Counter({ name: 'holdfast_client_reports_total', help: 'Reports of devices that were taken.', labelNames, registers });
  const refusals = new Counter({ name: 'holdfast_client_reports_refused_total', help: 'Reports that could not be read.', registers });
  const sums = CLIENT_SUMS.map((field) => {
    const isTime = field === 'uptime' || field === 'observedTime' || field === 'recoveryTime';
    const name = `holdfast_client_${snake(field)}${isTime ? '_ms' : ''}_total`.replace('_total_', '_').replace('client_total_', 'client_');
    return [field, new Counter({ name, help: `${field} of devices that report, see docs/metrics.md.`, labelNames, registers })] as const;
  });
  const gauges = CLIENT_GAUGES.map((field) => {
    const name = `holdfast_client_${snake(field)}`;
    return [
      field,
      new Histogram({ name, help: `${field} as devices report it, see docs/metrics.md.`, labelNames, registers, buckets: [...BUCKETS[field]] }),
    ] as const;
  });

  return {
    take(tenant, user, { device, sums: now, gauges: moment }) {
      const known = tenants.get(tenant) ?? new Map<string, ClientSums>();
      tenants.set(tenant, known);
      const key = JSON.stringify([user, device]);
      const before = known.get(key);
      known.delete(key);
      // A late report of another tab never takes back what was counted.
      known.set(key, before ? highest(before, now) : now);
      if (known.size > maxDevices) known.delete(known.keys().next().value ?? '');
      reports.inc({ tenant });
      for (const [field, counter] of sums) if (before && now[field] > before[field]) counter.inc({ tenant }, now[field] - before[field]);
      for (const [field, histogram] of gauges) if (moment[field] !== null) histogram.observe({ tenant }, moment[field]);
    },
    refused: () => refusals.inc(),
    devices: () => [...tenants.values()].reduce((sum, known) => sum + known.size, 0),
  };
}

function highest(a: ClientSums, b: ClientSums): ClientSums {
  return Object.fromEntries(CLIENT_SUMS.map((field) => [field, Math.max(a[field], b[field])])) as ClientSums;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const MS = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 30_000];
const BUCKETS: Readonly<Record<Gauge, readonly number[]>> = {
  uptimePercentage: [50, 80, 90, 95, 99, 99.9, 100],
  eventsPerSecond: [0.1, 1, 5, 10, 50, 100],
  fallbacksPerHour: [0.01, 0.1, 0.5, 1, 5, 20],
  errorRate: [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1],
  lagP50: MS,
  lagP95: MS,
  storageUsage: [1e6, 5e6, 1e7, 5e7, 1e8, 1e9],
};
