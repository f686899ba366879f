// docs/storage.md is how strangers read the database: its program is run here, and its example records have the fields of real ones.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FINAL } from '../../src/core/final-errors.ts';
import { POLICY } from '../../src/core/policy.ts';
import { RETRYABLE } from '../../src/core/sync-error.ts';
import { isObject } from '../../src/protocol/json.ts';
import type { BlockRow } from '../../src/store/log-rows.ts';
import { batchOf, documentAt, startedAt } from '../contract/store-harness.ts';
import { cursorAt } from '../support/sample-events.ts';
import { makeIndexedDb, NAME, settled, withDatabase, type IndexedDbHarness } from './indexed-db-harness.ts';

const doc = readFileSync(fileURLToPath(new URL('../../docs/storage.md', import.meta.url)), 'utf8');
const fenced = (language: string) => [...doc.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

/** Runs the program of the document over a database; what it complains about. */
async function complaints({ deps }: IndexedDbHarness): Promise<string[]> {
  const [program = ''] = fenced('js');
  const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => (...values: unknown[]) => Promise<void>;
  const found: string[] = [];
  const console = { assert: (isTrue: boolean, what: string) => void (isTrue || found.push(what)) };
  await new AsyncFunction('NAME', 'indexedDB', 'console', program)(NAME, deps.indexedDB, console);
  return found;
}

async function used(): Promise<IndexedDbHarness> {
  const harness = makeIndexedDb({ ...POLICY, blockEvents: 10 });
  const store = await harness.open();
  const { term } = await startedAt(store, 100);
  for (let from = 101; from <= 160; from += 3) await store.writer.commit(batchOf(term, from, from + 2, { documents: [documentAt('a', from)] }));
  for (let calls = 0; calls < 4; calls++) await store.writer.sweep(term, { ...POLICY.retention, maxEvents: 40 }, 0);
  await store.notes.set('x', 1);
  return harness;
}

const change = (store: string, edit: (tx: IDBObjectStore, rows: unknown[], keys: IDBValidKey[]) => IDBRequest) => (harness: IndexedDbHarness) =>
  withDatabase(harness.deps.indexedDB, async (database) => {
    const rows = database.transaction(store, 'readwrite').objectStore(store);
    const [values, keys] = await Promise.all([settled(rows.getAll()), settled(rows.getAllKeys())]);
    await settled(edit(rows, values, keys));
  });

test('the program of the document finds nothing wrong with a used database', async () => expect(await complaints(await used())).toEqual([]));

test.each([
  ['a block stored twice', 'each seq once, in order', change('log', (log, [row], [key]) => log.add(row, [...(key as number[]).slice(0, 1), 9_999]))],
  ['a block that is gone', 'totals', change('log', (log, _, keys) => log.delete(keys[2] ?? 0))],
  ['a history that forks', 'no event follows one older than its neighbour', change('log', (log, rows, keys) => log.put(forked(rows[2]), keys[2]))],
  [
    'a cursor behind its events',
    'after the floor, up to the cursor',
    change('meta', (meta, rows) => meta.put({ ...rows.find(isMetaRow), cursor: 'e1_0000000000000150_0000000a' }, 'log')),
  ],
  ['totals that are wrong', 'totals', change('meta', (meta, rows) => meta.put({ ...rows.find(isMetaRow), events: 1 }, 'log'))],
  ['a document of the future', 'no document is ahead of the cursor', change('documents', (documents) => documents.put(documentAt('z', 900), ['orders', 'z']))],
])('the program of the document finds %s', async (_, what, damage) => {
  const harness = await used();
  await damage(harness);
  expect(await complaints(harness)).toContain(what);
});

/** The block again, with events that follow the very beginning. */
function forked(row: unknown): BlockRow {
  const block = row as BlockRow;
  return { ...block, events: block.events.map((event) => ({ ...event, prev: cursorAt(0) })) };
}

function isMetaRow(row: unknown): row is Record<string, unknown> {
  return isObject(row) && 'runNo' in row;
}

test('the example records have exactly the fields of real ones', async () => {
  const { meta = [], log = [], documents = [] } = await (await used()).dump();
  const fields = (row: unknown) => Object.keys(row as object).toSorted();
  const examples = fenced('json').map((text) => fields(JSON.parse(text)));
  for (const real of [meta.find(([key]) => key === 'log'), log[0], documents[0]]) expect(examples).toContainEqual(fields(real?.[1]));
});

test('each trouble of the table has a code that exists, and rules that tests prove', () => {
  const [, table = ''] = doc.split('## When the disk fails');
  const rows = [...table.slice(0, table.indexOf('## What goes')).matchAll(/^\| (.+) \| (.+) \| .+ \| (.+) \|$/gm)].slice(2);
  expect(rows.length).toBeGreaterThan(9);
  const spec = ['spec', 'storage'].map((name) => readFileSync(fileURLToPath(new URL(`../../docs/${name}.md`, import.meta.url)), 'utf8')).join('\n');
  const known: readonly string[] = [...RETRYABLE, ...FINAL];
  for (const [, what = '', code = '', rules = ''] of rows) {
    const codes = [...code.matchAll(/`(store\/[\w-]+)`/g)].map(([, name]) => name ?? '');
    expect([what, codes.length > 0 || code.startsWith('none')]).toEqual([what, true]);
    expect([what, codes.filter((name) => !known.includes(name))]).toEqual([what, []]);
    expect([what, rules.split(', ').filter((rule) => !spec.includes(`**${rule}**`))]).toEqual([what, []]);
  }
});
