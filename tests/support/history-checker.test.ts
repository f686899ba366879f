// The judge judged: small histories with exactly the violations that must be reported, and a clean one with none.
import { expect, test } from 'vitest';
import { checkHistory } from './history-checker.ts';
import type { WireRecord } from './fault-proxy.ts';
import type { DiskSnap, History, PageRecord, ServerEvent } from './tape.ts';

const event = (seq: number, more: Partial<ServerEvent> = {}): ServerEvent => ({
  tenant: 't',
  epoch: 'e',
  seq,
  hash: `h${seq}`,
  t: seq * 100,
  type: 'order_updated',
  orderID: 'o',
  mutId: null,
  ...more,
});
const SERVER = [1, 2, 3, 4, 5].map((seq) => event(seq));

const record = (k: string, fields: Partial<PageRecord> = {}): PageRecord => ({ k, t: 1_000, tab: 'a', inc: 1, tenant: 't', ...fields });
const START = record('P.start', { user: 'u' });
const base = (seq: number, fields: Partial<PageRecord> = {}) => record('P.base', { epoch: 'e', seq, why: 'restored', ...fields });
const told = (seq: number, fields: Partial<PageRecord> = {}) =>
  record('P.deliver', { epoch: 'e', seq, hash: `h${seq}`, orderID: 'o', version: seq, ...fields });
const snap = (fields: Partial<DiskSnap> = {}): DiskSnap => ({
  t: 2_000,
  tenant: 't',
  user: 'u',
  cursor: { epoch: 'e', seq: 5 },
  base: { epoch: 'e', seq: 2 },
  floor: 2,
  events: [3, 4, 5],
  ...fields,
});
const open = (conn: number, t: number, lastEventId: string | null): WireRecord => ({ k: 'W.open', t, conn, device: 'd', tenant: 't', path: '/', lastEventId });
const close = (conn: number, t: number): WireRecord => ({ k: 'W.close', t, conn, how: 'client' });
const sent = (conn: number, seq: number): WireRecord => ({ k: 'W.event', t: 900, conn, seq, epoch: 'e' });

const rules = (history: Partial<History>) => checkHistory({ pages: [], server: SERVER, ...history }).violations.map(({ rule }) => rule);
const page = (...records: PageRecord[]) => rules({ pages: [START, ...records] });

test('a clean history has no violation, and says which rules had no tape', () => {
  const pages = [START, base(2), told(3), told(4), told(5)];
  const verdict = checkHistory({ pages, server: SERVER, disk: [snap()], wire: [open(1, 500, 'e_2_x'), sent(1, 5)], alive: ['a'] });
  expect(verdict.violations).toEqual([]);
  expect(verdict.notRun).toEqual([]);
  expect(checkHistory({ pages, server: SERVER }).notRun).toEqual(['R2e', 'R6', 'R12']);
});

test('R1: what the server never wrote, wrote otherwise, or wrote later', () => {
  expect(page(base(5), told(6))).toEqual(['R1']);
  expect(page(base(2), told(3, { hash: 'other' }))).toEqual(['R1']);
  expect(page(base(2, { t: 100 }), told(3, { t: 200 }))).toEqual(['R1']);
});

test('R2: a hole below the highest delivery, or a delivery before any base; an announced skip is none', () => {
  expect(page(base(2), told(3), told(5))).toEqual(['R2']);
  expect(page(told(3))).toEqual(['R2']);
  expect(page(base(2), told(3), record('P.skipped', { from: 4, to: 4 }), told(5))).toEqual([]);
  expect(page(base(2), told(3), base(4), told(5))).toEqual([]);
});

test('R2e: a tab that lives has heard of everything, and in the present epoch; a crashed one may lack its tail', () => {
  const pages = [START, base(2), told(3)];
  expect(rules({ pages })).toEqual([]);
  expect(rules({ pages, alive: ['a'] })).toEqual(['R2e', 'R2e']);
  expect(rules({ pages, server: [...SERVER, event(1, { epoch: 'f', t: 700 })], alive: ['a'] })).toEqual(['R2e', 'R18']);
});

test('R3 and R4: twice, backwards, and an older version of an order', () => {
  expect(page(base(2), told(3), told(3))).toEqual(['R3', 'R4', 'R4']);
  expect(page(base(2), told(4), told(3))).toEqual(['R4', 'R4']);
  expect(page(base(2), told(3, { version: 9 }), told(4, { version: 8 }))).toEqual(['R4']);
  expect(page(base(2), told(3), base(2), told(3))).toEqual([]);
});

test('R6: a cursor ahead of the server, a hole below it, a row twice, a row beyond', () => {
  expect(rules({ disk: [snap({ cursor: { epoch: 'e', seq: 6 } })] })).toEqual(['R6']);
  expect(rules({ disk: [snap({ events: [3, 5] })] })).toEqual(['R6']);
  expect(rules({ disk: [snap({ events: [3, 4, 4, 5] })] })).toEqual(['R3']);
  expect(rules({ disk: [snap({ cursor: { epoch: 'e', seq: 4 } })] })).toEqual(['R6']);
  expect(rules({ disk: [snap({ floor: 3, events: [4, 5] })] })).toEqual([]);
  expect(rules({ pages: [START, base(2)], wire: [open(1, 500, 'e_2_x'), sent(1, 4), close(1, 950), open(2, 1_000, 'e_5_x')] })).toEqual(['R6']);
});

test('L1: a page was told of more than the disk holds, or than the next engine asks from', () => {
  const pages = [START, base(2), told(3), told(4), told(5)];
  expect(rules({ pages, disk: [snap({ cursor: { epoch: 'e', seq: 4 }, events: [3, 4] })] })).toEqual(['L1']);
  const wire = (until: number, cursor: string) => [open(1, 500, 'e_2_x'), sent(1, 5), close(1, until), open(2, 1_200, cursor)];
  expect(rules({ pages, wire: wire(1_100, 'e_4_x') })).toEqual(['L1']);
  expect(rules({ pages, wire: wire(1_100, 'e_5_x') })).toEqual([]);
  // While the old stream still delivers, pages may hear of more than the new one asked from.
  expect(rules({ pages, wire: wire(1_300, 'e_4_x') })).toEqual([]);
});

test('R11, R15, R18: a stranger, an error, and an old epoch after the new one', () => {
  expect(page(base(2, { tenant: 'other' }))).toEqual(['R11']);
  expect(page(record('P.error', { message: 'boom' }))).toEqual(['R15']);
  const server = [...SERVER, event(1, { epoch: 'f', t: 700 })];
  expect(rules({ pages: [START, base(2), base(0, { epoch: 'f' }), told(1, { epoch: 'f' }), base(2), told(3)], server })).toEqual(['R18']);
});

test('R12: two streams of a device for longer than a handover, by wire or by count, and a term that fell', () => {
  expect(rules({ wire: [open(1, 0, null), open(2, 1_000, null), close(1, 2_900)] })).toEqual([]);
  expect(rules({ wire: [open(1, 0, null), open(2, 1_000, null), close(1, 3_100)] })).toEqual(['R12']);
  const two = [
    { user: 'u', device: 'd' },
    { user: 'u', device: 'd' },
  ];
  expect(rules({ streams: [0, 1_000, 2_100].map((t) => ({ t, streams: two })) })).toEqual(['R12']);
  expect(rules({ streams: [0, 1_000, 2_100].map((t) => ({ t, streams: t === 1_000 ? [] : two })) })).toEqual([]);
  const leads = (engine: string, t: number, term: number) => record('H.leader', { engine, t, term });
  expect(page(leads('x', 1, 0), leads('x', 2, 10), leads('y', 3, 11))).toEqual([]);
  expect(page(leads('x', 1, 10), leads('y', 3, 10))).toEqual(['R12']);
});
