// What a story asks of harness pages and of the server, and how it waits until all is quiet. Nothing here sleeps for a fixed time.
import { expect, type Page } from '@playwright/test';
import type { Health } from '../../src/client/health/health.ts';
import { documentHash } from '../../src/client/trace/trace-reads.ts';
import { COLLECTIONS } from '../../src/domain/collections.ts';
import type { Snapshot } from '../../src/protocol/http.ts';
import type { Tab } from './browser-session.ts';
import type { RestUser } from './rest-user.ts';
import type { History } from './tape.ts';

export const MANAGER = 'dilani@nugegoda.lagooncarcare.example';
export const WORKER = 'nimal@nugegoda.lagooncarcare.example';
export const OTHER_MANAGER = 'ruwan@kandy.lagooncarcare.example';
export const TENANT = 'nugegoda';

export type Documents = Readonly<Record<string, { readonly version: number; readonly doc: unknown }>>;

export function health({ page }: { readonly page: Page }): Promise<Health> {
  // Errors don't survive the way out of the page; nothing here asks for them.
  return page.evaluate(() => ({ ...window.harness.health, error: null }));
}

export function label({ page }: { readonly page: Page }): Promise<string> {
  return page.evaluate(() => window.harness.health.label);
}

export async function waitForLabel(tab: Tab, wanted: string, timeout = 20_000): Promise<void> {
  await expect.poll(() => label(tab), { timeout, intervals: [50], message: `${tab.name} says ${wanted}` }).toBe(wanted);
}

/** Seqs that subscribers of this page load were called with, in order. */
export function deliveredTo({ page }: { readonly page: Page }): Promise<number[]> {
  return page.evaluate(() => window.harness.delivered.map(({ seq }) => seq));
}

/** The highest place that this page has shown: newest event of its state or last callback. */
export function lastSeqOf({ page }: { readonly page: Page }): Promise<number> {
  return page.evaluate(() => Math.max(Number(window.harness.events.at(-1)?.id.split('_')[1] ?? 0), window.harness.delivered.at(-1)?.seq ?? 0));
}

/** Waits until a page has what the server has; answers how long that took, ms. */
export async function waitForSeq(tab: Tab, seq: number, timeout = 20_000): Promise<number> {
  const since = performance.now();
  await expect.poll(() => lastSeqOf(tab), { timeout, intervals: [25, 50], message: `${tab.name} has event ${seq}` }).toBeGreaterThanOrEqual(seq);
  return Math.round(performance.now() - since);
}

/** One more event, and how long each of these tabs takes to have it, ms. */
export async function probe(user: RestUser, tabs: readonly Tab[], timeout?: number): Promise<number> {
  const [orderId = ''] = await user.orders();
  const cursor = await user.edit(orderId, `probe ${Date.now()}`);
  const times = await Promise.all(tabs.map((tab) => waitForSeq(tab, Number(cursor.split('_')[1]), timeout)));
  return Math.max(...times);
}

/** Everything that a page shows, by `collection/id`. */
export function documentsIn({ page }: { readonly page: Page }): Promise<Documents> {
  const read = (names: readonly string[]): Documents =>
    Object.fromEntries(names.flatMap((name) => window.harness.documents(name).map(([id, version, doc]) => [`${name}/${id}`, { version, doc }])));
  return page.evaluate(read, COLLECTIONS);
}

export function documentsOf({ documents }: Snapshot): Documents {
  return Object.fromEntries(documents.map(({ collection, id, version, doc }) => [`${collection}/${id}`, { version, doc }]));
}

/** Orders of the server in the form in which the judge compares them with what pages read. */
export function orderTruth({ documents }: Snapshot): NonNullable<History['truth']> {
  const orders = documents.filter(({ collection, doc }) => collection === 'orders' && doc !== null);
  return orders.map(({ id, version, doc }) => ({ orderID: id, version, hash: documentHash(doc) }));
}

/** Waits until the page shows exactly what the server has. */
export async function expectSameDocuments(tab: Tab, truth: Documents): Promise<void> {
  await expect.poll(() => documentsIn(tab), { message: `${tab.name} shows the server's documents` }).toEqual(truth);
}
