import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, type TestContext } from 'vitest';
import { createLogger } from '../../server/log.ts';
import { buildBranch } from '../../server/demo/branch.ts';
import { DEMO_ACCOUNTS } from '../../server/demo/people.ts';
import { startTraffic, type TrafficDeps } from '../../server/demo/traffic.ts';
import { findViolations } from './branch-invariants.ts';
import { createFakeBranch } from './fake-branch.ts';
import { createFakeServer, type Mood, type Seen } from './fake-server.ts';

function start({ onTestFinished }: TestContext, mood?: Mood, over: Partial<TrafficDeps> = {}) {
  const branches = {
    nugegoda: createFakeBranch(buildBranch('nugegoda', 1, Date.now()), Date.now),
    kandy: createFakeBranch(buildBranch('kandy', 2, Date.now()), Date.now),
  };
  const server = createFakeServer(branches, mood);
  const stop = new AbortController();
  const lines: string[] = [];
  const log = createLogger('info', (line) => lines.push(line));
  const deps: TrafficDeps = { fetch: server.fetch, origin: 'http://demo.test', accounts: DEMO_ACCOUNTS, rate: 100, seed: 7, now: Date.now, log, ...over };
  const traffic = startTraffic(deps, stop.signal);
  onTestFinished(() => {
    stop.abort();
    return traffic.done;
  });
  return { branches, server, stop, traffic, lines };
}

const writesOf = (seen: readonly Seen[]) => seen.filter(({ method, path }) => method !== 'GET' && path !== '/api/v1/session');
const sum = (counts: object) => Object.values(counts).reduce((total: number, count: number) => total + count, 0);

describe.concurrent('startTraffic', () => {
  test('moves both branches, each write with a key of its own and each change with the version it read', async (context) => {
    const { branches, server, traffic } = start(context);
    await sleep(2_500);
    const writes = writesOf(server.seen);
    const changes = writes.filter(({ path }) => path !== '/api/v1/orders');
    expect(sum(traffic.counts().done)).toBeGreaterThan(40);
    expect(new Set(writes.map((write) => write.key)).size).toBe(writes.length);
    expect(writes.filter((write) => write.key === null)).toEqual([]);
    expect(changes.filter((write) => !/^"\d+"$/.test(write.ifMatch ?? ''))).toEqual([]);
    expect(new Set(writes.map((write) => write.user)).size).toBeGreaterThan(3);
    expect([...findViolations(branches.nugegoda.documents()), ...findViolations(branches.kandy.documents())]).toEqual([]);
  });

  test('reads what changed only: unchanged lists are answered 304', async (context) => {
    const { server } = start(context, undefined, { rate: 1 });
    await sleep(3_500);
    const reads = server.seen.filter((one) => one.method === 'GET');
    expect(reads.filter((one) => one.status === 304).length).toBeGreaterThan(reads.length / 4);
  });

  test('waits as long as Retry-After asks, and goes on', async (context) => {
    let isFull = true;
    const { server, traffic } = start(context, (request) =>
      isFull && request.method === 'GET' ? new Response(null, { status: 503, headers: { 'retry-after': '1' } }) : null,
    );
    await sleep(2_300);
    const asked = server.seen.length;
    isFull = false;
    await sleep(1_800);
    expect(asked).toBeLessThan(12);
    expect(traffic.counts().troubles).toBeGreaterThanOrEqual(3);
    expect(sum(traffic.counts().done)).toBeGreaterThan(5);
  });

  test('survives a server that is away, broken or speaks nonsense, with few lines in the log', async (context) => {
    const answers = [
      () => {
        throw new TypeError('fetch failed');
      },
      () => new Response('<html>', { status: 200 }),
      () => new Response(null, { status: 500 }),
      () => Response.json({ documents: 'no' }),
    ];
    let turn = 0;
    const { server, traffic, lines } = start(context, () => (turn < 8 ? (answers[turn++ % 4]?.() ?? null) : null));
    await sleep(100);
    server.setMood((request) => (request.url.endsWith('/jobs') ? new Response(null, { status: 502 }) : null));
    await sleep(2_000);
    expect(lines.length).toBeLessThan(10);
    server.setMood(() => null);
    await expect.poll(() => sum(traffic.counts().done), { timeout: 30_000 }).toBeGreaterThan(5);
  });

  test('signs in again when its sessions ended, without waiting', async (context) => {
    const { server, traffic } = start(context);
    await sleep(1_000);
    server.endSessions();
    const before = sum(traffic.counts().done);
    await expect.poll(() => sum(traffic.counts().done), { timeout: 20_000 }).toBeGreaterThan(before + 5);
  });

  test('a write that is refused is not repeated at once', async (context) => {
    const { server } = start(context, (request) => (request.method === 'GET' || request.url.endsWith('/session') ? null : Response.json({}, { status: 409 })));
    await sleep(2_500);
    const writes = writesOf(server.seen)
      .filter(({ path }) => path !== '/api/v1/orders')
      .map(({ path, ifMatch, method }) => `${method} ${path} ${ifMatch}`);
    expect(writes.length).toBeGreaterThan(5);
    expect(writes.length).toBeLessThan(100);
  });

  test('ends with its signal, also in the middle of a request, and answers nothing more', async (context) => {
    const { server, stop, traffic } = start(context);
    await sleep(600);
    stop.abort();
    await traffic.done;
    const asked = server.seen.length;
    await sleep(600);
    expect(server.seen.length).toBe(asked);
  });

  test('a rate that is no number or out of bounds is held to 1..100', async (context) => {
    const { traffic } = start(context, undefined, { rate: Number.NaN });
    const fast = start(context, undefined, { rate: 1e9 });
    await sleep(1_500);
    expect(sum(traffic.counts().done)).toBeLessThan(10);
    expect(findViolations(fast.branches.kandy.documents())).toEqual([]);
    expect(sum(fast.traffic.counts().done)).toBeGreaterThan(10);
  });
});
