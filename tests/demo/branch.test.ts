import { describe, expect, test } from 'vitest';
import { buildBranch } from '../../server/demo/branch.ts';
import { DEMO_SERVICES, drawPlate } from '../../server/demo/catalogue.ts';
import { DEMO_ACCOUNTS, DEMO_TENANTS } from '../../server/demo/people.ts';
import { createDraw, createRandom } from '../../server/demo/random.ts';
import { STAGES } from '../../src/domain/order.ts';
import { findViolations } from './branch-invariants.ts';

const NOW = Date.parse('2026-11-20T08:30:00Z');
const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

describe('the seeded day of a branch', () => {
  test('keeps the rules of the business for 200 seeds in both branches', () => {
    const wrong = DEMO_TENANTS.flatMap(({ id }) =>
      SEEDS.flatMap((seed) => findViolations(buildBranch(id, seed, NOW)).map((sentence) => `seed ${seed}: ${sentence}`)),
    );
    expect(wrong).toEqual([]);
  });

  test('has 40 orders in every stage, 7 of them waiting', () => {
    const { orders, queues } = buildBranch('nugegoda', 2026, NOW);
    expect(orders).toHaveLength(40);
    expect(new Set(orders.map((order) => order.stage))).toEqual(new Set(STAGES));
    expect(queues.map((queue) => queue.entries.length)).toEqual([7]);
  });

  test('has 6 bays: one free, one blocked, one late, one drying, one with a finished car', () => {
    const { bays, jobs } = buildBranch('kandy', 2027, NOW);
    const inBays = jobs.filter((job) => bays.some((bay) => bay.jobId === job.id));
    const isLate = (startedAt: string, minutes: number) => NOW - Date.parse(startedAt) > minutes * 60_000;
    expect(bays.map((bay) => bay.state).toSorted()).toEqual(['blocked', 'busy', 'busy', 'busy', 'busy', 'free']);
    expect(inBays.map((job) => job.step).toSorted()).toEqual(['done', 'drying', 'washing', 'washing']);
    expect(inBays.filter((job) => job.state === 'active' && isLate(job.startedAt, job.targetMinutes))).toHaveLength(1);
  });

  test('lies in the past, apart from what is promised', () => {
    for (const seed of SEEDS) {
      const { orders, jobs, payments } = buildBranch('nugegoda', seed, NOW);
      const times = [
        ...orders.flatMap((order) => [order.createdAt, order.updatedAt, ...Object.values(order.stageAt)]),
        ...jobs.map((job) => job.stepAt),
        ...payments.map((payment) => payment.paidAt ?? ''),
      ];
      expect(times.filter((time) => Date.parse(time) > NOW)).toEqual([]);
      expect(orders.filter((order) => order.stage === 'initiated' && Date.parse(order.promisedAt) <= NOW)).toEqual([]);
    }
  });

  test('never has two jobs in one bay at one time, not in the past either', () => {
    const { jobs } = buildBranch('nugegoda', 2026, NOW);
    for (const job of jobs) {
      const others = jobs.filter((other) => other !== job && other.bayId === job.bayId);
      expect(others.filter((other) => other.startedAt < (job.finishedAt ?? '9') && job.startedAt < (other.finishedAt ?? '9'))).toEqual([]);
    }
  });

  test('is the same for the same seed and another for another', () => {
    expect(buildBranch('kandy', 7, NOW)).toEqual(buildBranch('kandy', 7, NOW));
    expect(buildBranch('kandy', 7, NOW).orders).not.toEqual(buildBranch('kandy', 8, NOW).orders);
  });

  test('crews and customers are invented: the phone numbers have an area code that nobody can have', () => {
    const { customers } = buildBranch('nugegoda', 2026, NOW);
    expect(customers.length).toBeGreaterThan(25);
    expect(customers.filter((customer) => !/^\+94 00 555 \d{4}$/.test(customer.phone))).toEqual([]);
  });
});

describe('the parts it is drawn from', () => {
  test('plates look as on the island and none of those taken is drawn', () => {
    const random = createRandom(1);
    const taken = new Set<string>();
    for (let at = 0; at < 5_000; at++) taken.add(drawPlate(random, taken));
    expect(taken.size).toBe(5_000);
    expect([...taken].filter((plate) => !/^[A-Z]{2,3} \d{4}$/.test(plate))).toEqual([]);
  });

  test('prices are between 1,500 and 9,500 rupees and codes are unique', () => {
    expect(DEMO_SERVICES.filter(({ price }) => price < 1_500 || price > 9_500)).toEqual([]);
    expect(new Set(DEMO_SERVICES.map((service) => service.code)).size).toBe(DEMO_SERVICES.length);
  });

  test('each branch has one manager, workers, a kiosk and a display, and no email twice', () => {
    for (const { id } of DEMO_TENANTS) {
      const roles = DEMO_ACCOUNTS.filter((account) => account.tenant === id).map((account) => account.role);
      expect(new Set(roles)).toEqual(new Set(['manager', 'worker', 'kiosk', 'display']));
      expect(roles.filter((role) => role === 'manager')).toHaveLength(1);
    }
    expect(new Set(DEMO_ACCOUNTS.map((account) => account.email)).size).toBe(DEMO_ACCOUNTS.length);
  });

  test('a keyed draw depends on seed and key alone and is spread evenly', () => {
    const draws = Array.from({ length: 10_000 }, (_, at) => createDraw(3)(`order-${at} early`));
    expect(createDraw(3)('order-17 early')).toBe(draws[17]);
    expect(createDraw(4)('order-17 early')).not.toBe(draws[17]);
    const tenths = Array.from({ length: 10 }, (_, tenth) => draws.filter((draw) => Math.floor(draw * 10) === tenth).length);
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1_150);
  });
});
