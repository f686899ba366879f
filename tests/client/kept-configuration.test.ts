// What updateConfiguration changed is there after a reload; what nobody changed follows the application; log-out takes it.
import { expect, test } from 'vitest';
import { configured, DEFAULT_CONFIGURATION, NOTE_CONFIGURATION, type SyncConfiguration } from '../../src/client/state/configuration.ts';
import { NO_BASELINE } from '../../src/client/state/exported-state.ts';
import { keepChange, readKept } from '../../src/client/state/kept-configuration.ts';
import { createPageState } from '../../src/client/state/page-state.ts';
import { createPageStore } from '../../src/client/documents/page-store.ts';
import { createTopic } from '../../src/client/topic.ts';
import { POLICY } from '../../src/core/policy.ts';
import type { Notes } from '../../src/store/contract.ts';
import { reopenStore, wipeStore } from '../../src/store/wipe.ts';
import { NOBODY } from '../../src/react/nobody.ts';
import { makeIndexedDb } from '../store/indexed-db-harness.ts';

function memoryNotes(rows = new Map<string, unknown>()): Notes & { readonly rows: Map<string, unknown> } {
  return { rows, get: async (key) => rows.get(key), set: async (key, value) => void rows.set(key, structuredClone(value)) };
}

/** A page over these notes, as an application that says `initial` begins it. */
function pageOf(notes: Notes | null, initial: Partial<SyncConfiguration> = {}) {
  const now = { notify: (tell: () => void) => tell() };
  const configuration = createTopic(configured(DEFAULT_CONFIGURATION, initial), now);
  const configure = (change: Partial<SyncConfiguration>): void => configuration.set(configured(configuration.getSnapshot(), change));
  const facts = () => ({ events: [], health: NOBODY.health.getSnapshot(), receipts: new WeakMap(), position: null, acknowledged: null });
  const link = { call: () => Promise.reject(new Error('unused')) };
  const baseline = createTopic(NO_BASELINE, now);
  const state = createPageState({ link, notes, history: { adopt: () => {} }, policy: POLICY, tenant: 't', configuration, configure, baseline, facts });
  const update = (change: Partial<SyncConfiguration>): Promise<void> => (configure(change), state.keepConfiguration(change));
  return { ...state, update, now: () => configuration.getSnapshot() };
}

test('[CFG1] what was changed is there in the next page, and what nobody changed is what the application says by then', async () => {
  const notes = memoryNotes();
  const page = pageOf(notes, { reconnectDelay: 500 });
  await Promise.all([page.update({ eventHistoryLimit: 50 }), page.update({ autoReconnect: false, pollInterval: 4_000 })]);
  const next = pageOf(notes, { reconnectDelay: 700, eventHistoryLimit: 200, maxReconnectAttempts: 9 });
  await next.begin();
  expect(next.now()).toMatchObject({ eventHistoryLimit: 50, autoReconnect: false, pollInterval: 4_000, reconnectDelay: 700, maxReconnectAttempts: 9 });
  await next.update({ autoReconnect: undefined as never });
  const last = pageOf(notes);
  await last.begin();
  expect(last.now()).toMatchObject({ eventHistoryLimit: 50, autoReconnect: true });
});

test('[CFG1] what this page changed before the disk answered outranks what an earlier one kept', async () => {
  const notes = memoryNotes(new Map([[NOTE_CONFIGURATION, { v: 1, changed: { eventHistoryLimit: 50, reconnectDelay: 9 } }]]));
  const page = pageOf(notes);
  const kept = page.update({ eventHistoryLimit: 70 });
  await Promise.all([page.begin(), kept]);
  expect(page.now()).toMatchObject({ eventHistoryLimit: 70, reconnectDelay: 9 });
  expect(readKept(notes.rows.get(NOTE_CONFIGURATION))).toEqual({ eventHistoryLimit: 70, reconnectDelay: 9 });
});

test('[CFG2] filters are of one page: neither kept nor taken from what was kept', async () => {
  const notes = memoryNotes();
  await pageOf(notes).update({ orderID: 'ORDER-1', eventTypes: ['stage_change'], eventHistoryLimit: 5 });
  expect(notes.rows.get(NOTE_CONFIGURATION)).toEqual({ v: 1, changed: { eventHistoryLimit: 5 } });
  await pageOf(notes).update({ orderID: 'ORDER-2' });
  expect(readKept({ v: 1, changed: { orderID: 'ORDER-1' } })).toEqual({});
});

test('[CFG3] a kept row is believed field by field; one of another version, or none at all, says nothing', async () => {
  const changed = { eventHistoryLimit: 0, reconnectDelay: 'soon', autoReconnect: false, strange: 1, constructor: 2, pollInterval: Infinity };
  expect(readKept({ v: 1, changed })).toEqual({ autoReconnect: false });
  for (const row of [undefined, null, 7, 'x', [], {}, { v: 2, changed }, { v: 1, changed: [] }, { v: 1 }]) expect(readKept(row)).toEqual({});
  const notes = memoryNotes();
  await keepChange(notes, { eventHistoryLimit: -3, reconnectDelay: 20, heartbeatInterval: Number.NaN });
  expect(readKept(notes.rows.get(NOTE_CONFIGURATION))).toEqual({ reconnectDelay: 20 });
});

test('[CFG4] an imported configuration is kept like a change', async () => {
  const notes = memoryNotes();
  await pageOf(notes).importState(JSON.stringify({ version: '1.0.0', events: [], configuration: { eventHistoryLimit: 33, orderID: 'ORDER-1' } }));
  const next = pageOf(notes);
  await next.begin();
  expect(next.now()).toMatchObject({ eventHistoryLimit: 33, orderID: null });
});

test('[CFG5] it lies with the scope on disk and is gone after a log-out', async () => {
  const harness = makeIndexedDb();
  const { deps } = harness;
  const signal = new AbortController().signal;
  const notesOf = () => createPageStore({ ...deps, engine: () => null }, () => {}, signal).notes;
  await pageOf(notesOf()).update({ eventHistoryLimit: 42 });
  const next = pageOf(notesOf());
  await next.begin();
  expect(next.now().eventHistoryLimit).toBe(42);
  await wipeStore(deps, deps.name, { nowMs: 1, unsent: 'discard' }, signal);
  await reopenStore(deps, deps.name, { scope: deps.scope, nowMs: 2 }, signal);
  const other = pageOf(notesOf());
  await other.begin();
  expect(other.now().eventHistoryLimit).toBe(100);
  const without = pageOf(null);
  await without.update({ eventHistoryLimit: 7 });
  await without.begin();
  expect(without.now().eventHistoryLimit).toBe(7);
});
