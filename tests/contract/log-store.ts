// What every log store promises (server/sync/log-store.ts). Run over each implementation.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LogEntry, LogStore } from '../../server/sync/log-store.ts';

export interface LogStoreUnderTest {
  readonly log: LogStore;
  /** Runs work in one writing transaction. */
  transaction<T>(work: () => T): T;
}

const entry = (at: number, text = 'x'): LogEntry => ({
  at,
  type: 'status_update',
  orderId: null,
  mutationId: null,
  collections: ['orders'],
  body: JSON.stringify({ at, text }),
});

export function describeLogStore(name: string, make: () => LogStoreUnderTest): void {
  describe(`log store: ${name}`, () => {
    const filled = (count: number) => {
      const store = make();
      store.transaction(() => store.log.create('a', 'epoch-a', 1));
      for (let at = 1; at <= count; at++) store.transaction(() => store.log.append('a', entry(at)));
      return store;
    };

    test('[SLG1] gives each event the next place, and none to an event that was rolled back', () => {
      const store = filled(2);
      const failing = () =>
        store.transaction(() => {
          store.log.append('a', entry(3));
          throw new Error('no');
        });
      expect(failing).toThrow('no');
      expect(store.log.head('a').seq).toBe(2);
      expect(store.transaction(() => store.log.append('a', entry(4))).seq).toBe(3);
      expect(store.log.since('a', 0, 10).map((record) => record.seq)).toEqual([1, 2, 3]);
    });

    test('[SLG2] chains the check over the stored bytes, from 00000000 on', () => {
      const { log } = filled(20);
      let check = '00000000';
      for (const record of log.since('a', 0, 100)) {
        check = createHash('sha256')
          .update(check + record.body, 'utf8')
          .digest('hex')
          .slice(0, 8);
        expect(record.check).toBe(check);
        expect(log.checkAt('a', record.seq)).toBe(check);
      }
      expect(log.head('a').check).toBe(check);
      expect(log.checkAt('a', 0)).toBe('00000000');
      expect(log.checkAt('a', 21)).toBeNull();
    });

    test('gives back what was appended', () => {
      const { log } = filled(1);
      expect(log.since('a', 0, 1)).toEqual([{ ...entry(1), seq: 1, check: log.head('a').check }]);
    });

    test('reads at most as many as asked for, after the place asked for', () => {
      const { log } = filled(10);
      expect(log.since('a', 4, 3).map((record) => record.seq)).toEqual([5, 6, 7]);
      expect(log.since('a', 10, 3)).toEqual([]);
    });

    test('[SLG3] an emptied log keeps head and floor with their checks and goes on at the next place', () => {
      const store = filled(5);
      const last = store.log.head('a');
      expect(store.transaction(() => store.log.prune('a', { before: 1_000, maxEvents: 100, limit: 500 }))).toBe(5);
      expect(store.log.since('a', 0, 10)).toEqual([]);
      expect(store.log.floor('a')).toEqual({ seq: 5, check: last.check });
      expect(store.log.head('a')).toMatchObject({ seq: 5, check: last.check });
      expect(store.transaction(() => store.log.append('a', entry(6)))).toMatchObject({
        seq: 6,
        check: createHash('sha256')
          .update(last.check + entry(6).body)
          .digest('hex')
          .slice(0, 8),
      });
      expect(store.log.checkAt('a', 5)).toBe(last.check);
      expect(store.log.checkAt('a', 4)).toBeNull();
    });

    test('prunes by age, by count and never more than the limit at once', () => {
      const store = filled(30);
      const prune = (rule: { before: number; maxEvents: number; limit: number }) => store.transaction(() => store.log.prune('a', rule));
      expect(prune({ before: 0, maxEvents: 100, limit: 10 })).toBe(0);
      expect(prune({ before: 4, maxEvents: 100, limit: 10 })).toBe(3);
      expect(store.log.floor('a').seq).toBe(3);
      expect(prune({ before: 0, maxEvents: 20, limit: 5 })).toBe(5);
      expect(prune({ before: 0, maxEvents: 20, limit: 5 })).toBe(2);
      expect(prune({ before: 0, maxEvents: 20, limit: 5 })).toBe(0);
      expect(store.log.since('a', 10, 1).map((record) => record.seq)).toEqual([11]);
      expect(prune({ before: 1_000, maxEvents: 100, limit: 8 })).toBe(8);
      expect(store.log.since('a', 18, 100)).toHaveLength(12);
    });

    test('[SLG4] keeps tenants apart and knows whose an epoch is', () => {
      const store = filled(3);
      store.transaction(() => store.log.create('b', 'epoch-b', 1));
      expect(store.log.head('b')).toMatchObject({ epoch: 'epoch-b', seq: 0, check: '00000000' });
      expect(store.transaction(() => store.log.append('b', entry(1))).seq).toBe(1);
      expect(store.log.head('a').seq).toBe(3);
      expect(store.log.tenantOf('epoch-b')).toBe('b');
      expect(store.log.tenantOf('epoch-c')).toBeNull();
      expect(store.log.tenants()).toEqual(['a', 'b']);
      expect(() => store.log.head('c')).toThrow();
    });

    test('[ACT2] gives the records of one order back, newest first and below a place', () => {
      const store = filled(2);
      const of = (orderId: string, at: number) => store.transaction(() => store.log.append('a', { ...entry(at), orderId }));
      [3, 4, 5, 6].forEach((at) => of(at === 5 ? 'o2' : 'o1', at));
      const seqs = (before: number | null, limit: number) => store.log.ofOrder('a', 'o1', before, limit).map(({ seq }) => seq);
      expect([seqs(null, 10), seqs(6, 10), seqs(null, 2)]).toEqual([
        [6, 4, 3],
        [4, 3],
        [6, 4],
      ]);
      expect(store.log.ofOrder('a', 'o9', null, 10)).toEqual([]);
    });

    test('marks a new shape of the documents once, with an event', () => {
      const store = filled(3);
      expect(store.transaction(() => store.log.raiseSchema('a', 1, entry(4)))).toBeNull();
      expect(store.transaction(() => store.log.raiseSchema('a', 2, entry(4)))?.seq).toBe(4);
      expect(store.log.head('a')).toMatchObject({ seq: 4, schemaSeq: 4 });
      expect(store.transaction(() => store.log.raiseSchema('a', 2, entry(5)))).toBeNull();
    });
  });
}
