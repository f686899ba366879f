import { expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { createLazySnapshots } from '../../src/transport/lazy-snapshots.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';

const SEED = { cursor: 'e1_0000000000000007_0000000a', serverTime: '', documents: [{ collection: 'orders', id: 'o1', version: 3, doc: {} }] };
const IDENTITY = { baseUrl: 'http://s', tenant: 't', user: 'u', device: 'd' };

function bench(seed: unknown) {
  const asked: string[] = [];
  const net = { fetch: (url: string) => (asked.push(url), Promise.reject(new TypeError('no network'))) };
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const snapshots = createLazySnapshots({ net, clock: createVirtualClock(), policy: POLICY, log }, seed);
  return { asked, ask: (ids: readonly string[] | null = null) => snapshots.snapshot(IDENTITY, ids, new AbortController().signal) };
}

test('[SYD11] the snapshot that came with the page answers the first question for everything, and no other', async () => {
  const { asked, ask } = bench(SEED);
  expect(await ask(['orders/o1'])).toMatchObject({ failed: { kind: 'offline' } });
  expect(await ask()).toMatchObject({ snapshot: { cursor: SEED.cursor, documents: SEED.documents, missing: [] } });
  expect(asked).toHaveLength(1);
  expect(await ask()).toMatchObject({ failed: { kind: 'offline' } });
  expect(asked).toHaveLength(2);
});

test('[SYD11] one that can not be believed is as good as none', async () => {
  for (const seed of [undefined, null, 'x', { ...SEED, cursor: '' }, { ...SEED, documents: [{}] }]) {
    const { asked, ask } = bench(seed);
    await ask();
    expect(asked).toHaveLength(1);
  }
});
