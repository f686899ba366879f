// The figures of the day against SQL over the server's own file: two ways that share nothing but the documents.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedDemo } from '../../server/demo/seed.ts';
import { openStore } from '../../server/store/store.ts';
import { dayFigures, moneyFigures, readDay, type Day } from '../../src/domain/figures.ts';
import { bayUse, recentMoves } from '../../src/domain/figures-floor.ts';
import { hourFigures } from '../../src/domain/figures-hours.ts';
import type { HeldDocument } from '../../src/domain/selectors.ts';

/** An afternoon, and a night whose cars came partly before midnight. */
const MOMENTS = [new Date(2026, 10, 20, 13, 58, 32).getTime(), new Date(2026, 10, 20, 1, 20, 5).getTime()];
const TENANTS = ['nugegoda', 'kandy'];
const COLLECTIONS = ['orders', 'queues', 'bays', 'jobs', 'payments'] as const;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-figures-'));
const open = new Map<number, DatabaseSync>();

beforeAll(async () => {
  for (const nowMs of MOMENTS) {
    const file = join(folder, `${nowMs}.sqlite`);
    const store = openStore({ file });
    await seedDemo({ store, now: () => nowMs });
    store.close();
    open.set(nowMs, new DatabaseSync(file));
  }
});
afterAll(() => {
  open.forEach((db) => db.close());
  rmSync(folder, { recursive: true, force: true });
});

describe.each(MOMENTS.flatMap((nowMs) => TENANTS.map((tenant) => [new Date(nowMs).toTimeString().slice(0, 5), tenant, nowMs] as const)))(
  'at %s in %s',
  (_time, tenant, nowMs) => {
    const number = (sql: string) => Number(one(nowMs, tenant, sql)['n']);

    test('[FIG1] counts and means are those of the file', () => {
      const figures = dayFigures(dayOf(nowMs, tenant));
      expect(figures.finished).toBeGreaterThan(4);
      expect(figures).toEqual({
        came: number(`SELECT count(*) n FROM orders WHERE stage NOT IN ('empty','cancelled') AND ${AT('came')} >= :today`),
        finished: number(`SELECT count(*) n FROM jobs WHERE ${DONE}`),
        late: number(`SELECT count(*) n FROM jobs WHERE ${DONE} AND ${AT('finishedAt')} - ${AT('startedAt')} >= (targetMinutes + 1) * 60000`),
        handedOver: number(`SELECT count(*) n FROM orders WHERE stage = 'completed' AND ${AT('completedAt')} >= :today`),
        waiting: number('SELECT count(*) n FROM waiting'),
        longestSinceMs: number(`SELECT min(${AT('since')}) n FROM waiting`),
        inBays: number("SELECT count(*) n FROM jobs WHERE state = 'active'"),
        bays: number('SELECT count(*) n FROM bays'),
        blockedBays: number("SELECT count(*) n FROM bays WHERE state = 'blocked'"),
        minutesInBay: expect.closeTo(number(`SELECT avg((${AT('finishedAt')} - ${AT('startedAt')}) / 60000.0) n FROM jobs WHERE ${DONE}`), 6),
        minutesPlanned: expect.closeTo(number(`SELECT avg(targetMinutes) n FROM jobs WHERE ${DONE}`), 6),
      });
    });

    test('[FIG1] money is that of the file', () => {
      const figures = moneyFigures(dayOf(nowMs, tenant));
      expect(figures.taken).toBeGreaterThan(0);
      expect(figures.due).toBeGreaterThan(0);
      expect(figures).toEqual({
        taken: number(`SELECT sum(amount) n FROM payments WHERE state = 'paid' AND ${AT('paidAt')} >= :today`),
        due: number("SELECT sum(amount) n FROM payments p JOIN orders o ON o.id = p.orderId WHERE p.state = 'due' AND o.stage = 'ready'"),
        currency: 'LKR',
      });
    });

    test('[FIG1] every hour is that of the file, and the hours add up to the day', () => {
      const day = dayOf(nowMs, tenant);
      const hours = hourFigures(day);
      for (const { hour, came, finished, handedOver, taken, waitMinutes } of hours) {
        const at = (column: string) => `strftime('%H', ${column}, 'localtime') = '${String(hour).padStart(2, '0')}' AND ${AT(column)} >= :today`;
        const wait = `SELECT avg((${AT('startedAt')} - ${AT('came')}) / 60000.0) n FROM jobs j JOIN orders o ON o.id = j.orderId WHERE j.state <> 'cancelled' AND ${at('startedAt')}`;
        const expectedWait = one(nowMs, tenant, wait)['n'];
        expect({ came, finished, handedOver, taken }, `${hour} h`).toEqual({
          came: number(`SELECT count(*) n FROM orders WHERE stage NOT IN ('empty','cancelled') AND ${at('came')}`),
          finished: number(`SELECT count(*) n FROM jobs WHERE ${DONE} AND ${at('finishedAt')}`),
          handedOver: number(`SELECT count(*) n FROM orders WHERE stage = 'completed' AND ${at('completedAt')}`),
          taken: number(`SELECT coalesce(sum(amount), 0) n FROM payments WHERE state = 'paid' AND ${at('paidAt')}`),
        });
        expect(waitMinutes, `${hour} h`).toEqual(expectedWait === null ? null : expect.closeTo(Number(expectedWait), 6));
      }
      expect(hours.reduce((sum, { finished }) => sum + finished, 0)).toBe(dayFigures(day).finished);
      expect(hours.reduce((sum, { taken }) => sum + taken, 0)).toBe(moneyFigures(day).taken);
    });

    test('[FIG1] bays in use are those of the file', () => {
      const began = `max(:today, (SELECT min(${AT('startedAt')}) FROM jobs WHERE ${AT('startedAt')} >= :today OR ${AT('finishedAt')} >= :today OR state = 'active'))`;
      const end = `coalesce(${AT('finishedAt')}, CASE state WHEN 'active' THEN :now ELSE 0 END)`;
      for (const bay of bayUse(dayOf(nowMs, tenant))) {
        const used = `SELECT coalesce(sum(max(0, min(${end}, :now) - max(${AT('startedAt')}, ${began}))), 0) * 1.0 / (:now - ${began}) n FROM jobs WHERE bayId = '${bay.id}'`;
        expect(bay.share, bay.id).toBeCloseTo(number(used), 6);
        expect(bay.cars, bay.id).toBe(number(`SELECT count(*) n FROM jobs WHERE bayId = '${bay.id}' AND ${DONE}`));
      }
    });

    test('[FIG1] the last hour has as many moves as the file', () => {
      const moves = `SELECT count(*) n FROM orders, json_each(orders.stageAt) m WHERE ${AT('m.value')} > :now - 3600000 AND ${AT('m.value')} >= :today`;
      const drying = `SELECT count(*) n FROM jobs WHERE state = 'active' AND step = 'drying' AND ${AT('stepAt')} > :now - 3600000 AND ${AT('stepAt')} >= :today`;
      expect(recentMoves(dayOf(nowMs, tenant), 6).inLastHour).toBe(number(moves) + number(drying));
    });
  },
);

/** An ISO column as ms since 1970. */
function AT(column: string): string {
  return `CAST(round(unixepoch(${column}, 'subsec') * 1000) AS INTEGER)`;
}

const DONE = `state = 'finished' AND ${AT('finishedAt')} >= :today`;

/** Tables of the tenant's documents, as plain SQL sees them. */
const TABLES = `WITH docs AS (SELECT collection, doc FROM documents WHERE tenant = :tenant AND doc IS NOT NULL),
  orders AS (SELECT doc->>'id' id, doc->>'stage' stage, coalesce(doc->>'$.stageAt.initiated', doc->>'createdAt') came,
    doc->>'$.stageAt.completed' completedAt, doc->'stageAt' stageAt FROM docs WHERE collection = 'orders'),
  jobs AS (SELECT doc->>'orderId' orderId, doc->>'bayId' bayId, doc->>'state' state, doc->>'step' step, doc->>'startedAt' startedAt,
    doc->>'finishedAt' finishedAt, doc->>'stepAt' stepAt, doc->>'targetMinutes' targetMinutes FROM docs WHERE collection = 'jobs'),
  payments AS (SELECT doc->>'orderId' orderId, doc->>'state' state, doc->>'amount' amount, doc->>'paidAt' paidAt FROM docs WHERE collection = 'payments'),
  bays AS (SELECT doc->>'state' state FROM docs WHERE collection = 'bays'),
  waiting AS (SELECT entry.value->>'since' since FROM docs, json_each(docs.doc, '$.entries') entry WHERE collection = 'queues') `;

function one(nowMs: number, tenant: string, sql: string): Record<string, unknown> {
  const values = { ':tenant': tenant, ':today': new Date(nowMs).setHours(0, 0, 0, 0), ':now': nowMs };
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => (TABLES + sql).includes(name)));
  return open
    .get(nowMs)!
    .prepare(TABLES + sql)
    .get(used)!;
}

function dayOf(nowMs: number, tenant: string): Day {
  const held = (collection: string) => {
    const rows = open
      .get(nowMs)!
      .prepare('SELECT id, version, doc FROM documents WHERE tenant = ? AND collection = ? AND doc IS NOT NULL')
      .all(tenant, collection);
    return new Map<string, HeldDocument>(
      rows.map((row) => [String(row['id']), { id: String(row['id']), version: Number(row['version']), doc: JSON.parse(String(row['doc'])) as unknown }]),
    );
  };
  const [orders, queues, bays, jobs, payments] = COLLECTIONS.map(held);
  return readDay({ orders: orders!, queues: queues!, bays: bays!, jobs: jobs!, payments: payments! }, nowMs);
}
