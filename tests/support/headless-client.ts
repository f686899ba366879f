// The product's own connection, ingest and transport without a browser: one device of a herd, over a real network, with its log in memory.
import { POLICY } from '../../src/core/policy.ts';
import { createConnection, type LiveConnection } from '../../src/engine/connect.ts';
import { createCounters } from '../../src/engine/counters.ts';
import { createIngest, type Ingest } from '../../src/engine/ingest.ts';
import * as later from '../../src/engine/later.ts';
import type { Clock, Log, Net, Random } from '../../src/platform/ports.ts';
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { createRest } from './create-rest.ts';
import { createSseTransport } from '../../src/transport/sse.ts';
import type { RestUser } from './rest-user.ts';
import { createSeededRandom } from './seeded-random.ts';

export interface HeadlessClient {
  isConnected(): boolean;
  cursor(): string | null;
}

const SILENT: Log = { error: () => {}, info: () => {}, debug: () => {} };

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Starts one that follows `baseUrl` as `user` until `signal` aborts. */
export async function startHeadlessClient(
  { baseUrl, user, device, seed }: { readonly baseUrl: string; readonly user: RestUser; readonly device: string; readonly seed: number },
  signal: AbortSignal,
): Promise<HeadlessClient> {
  const seeded = createSeededRandom(seed);
  const random: Random = { number: () => seeded.number(), id: () => `${device}-${seeded.int(2 ** 30)}` };
  const net: Net = { fetch: (url, init) => fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...user.credentials } }) };
  const store = createMemoryDatabase({ policy: POLICY, random: seeded }).open(signal);
  const claim = await store.writer.claim(clock.now());
  const parts: { connection: LiveConnection | null } = { connection: null };
  const ingest: Ingest = createIngest(
    { writer: store.writer, clock, policy: POLICY, gatherMs: () => POLICY.gatherMs.visible, publish: () => {}, count: () => {} },
    claim,
    {
      reconnect: () => parts.connection?.breakOff('gap'),
      verify: () => parts.connection?.input({ type: 'rotate', attempt: parts.connection.state().memory.attempt, afterMs: 0 }),
      resync: (reason) => parts.connection?.input({ type: 'resync', reason }),
      fenced: () => {},
      failed: () => parts.connection?.breakOff('store'),
      stale: (keys) => parts.connection?.mend(keys),
    },
    signal,
  );
  const transport = { net, clock, policy: POLICY, log: SILENT, baseUrl };
  const connection = createConnection(
    {
      stream: createSseTransport(transport),
      rest: createRest(transport),
      ingest,
      identity: { baseUrl, tenant: user.tenant, user: user.user, device },
      clock,
      random,
      policy: POLICY,
      counters: createCounters(null),
      log: SILENT,
      lastByteAt: null,
      later: () => Promise.resolve(later),
    },
    { changed: () => {}, transient: () => {}, retire: () => {} },
    signal,
  );
  parts.connection = connection;
  connection.input({ type: 'hold' });
  return { isConnected: () => connection.state().at === 'connected', cursor: () => ingest.cursor() };
}
