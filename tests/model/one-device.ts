// What simulations of one device stand on: its server, the network between, the disk and the bus, in virtual time under one seed. Who lives there is theirs.
import type { Policy } from '../../src/core/policy.ts';
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { createFakeServer } from '../support/fake-server.ts';
import { createFakeNetwork } from '../support/fake-stream.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { createHistoryChecker } from './history-checker.ts';
import { createModelBus } from './model-context.ts';

export const SCOPE = { id: 's', baseUrl: 'http://test', tenant: 't1', user: 'u1', feed: '' };
/** What each page wishes of the connection. */
export const WISHES = { autoReconnect: true, maxReconnectAttempts: 5, reconnectDelay: 200, heartbeatInterval: 1_000, pollInterval: null };
const WALL_START = 1_700_000_000_000;

export function createOneDevice(seed: number, policy: Policy) {
  const random = createSeededRandom(seed);
  const timeline = createTimeline();
  const wallNow = (): number => WALL_START + timeline.now();
  const tenant = createFakeServer(wallNow).tenant(SCOPE.tenant);
  const network = createFakeNetwork({ tenant, feed: null, random: random.fork(), identity: SCOPE, heartbeatMs: 1_000, pollMs: 1_000, now: wallNow });
  const checker = createHistoryChecker({ truth: tenant.truth, feed: null });
  const database = createMemoryDatabase({ policy, random: random.fork() });
  /** For `slowWriter`. */
  const weather = { slowChance: 0, failingReads: 0 };
  const bus = createModelBus(timeline.now, random.fork());
  return { random, timeline, wallNow, tenant, network, checker, database, weather, bus };
}
