// `npm run size`: what a user of the library loads, minified and gzipped, held against budgets: what a start loads at once, each chunk that comes later,
// and all of it together, so that nothing gets lighter by hiding. Exits 1 over a budget, or when there is nothing to measure.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { build } = await import('vite');
const { buildStamps } = await import('./build-stamps.ts');
const { pageChunks, workerChunks } = await import('./chunks.ts');

const KIB = 1_024;
/** What the application brings anyway is not the library's weight. */
const NOT_OURS = ['react', 'react-dom', 'react/jsx-runtime'];
/** Fetched where a Pusher application is named, and only while polling: a row of its own, so that it hides nothing of the others. */
const PUSHER = 'pusher-js/worker';

/** The provider and each hook of the public face, as its file lists them. */
const face = readFileSync(resolve(root, 'src/lib/sync/index.ts'), 'utf8');
const hooks = [...new Set(face.match(/\buse[A-Z]\w+(?=[ ,])|\bSyncManagerProvider\b/g))].join(', ');
/** What a page fetches while its first picture is read from disk: what makes it live, and its requests. */
const MEANWHILE = ['live', 'requests'];
/** What an engine fetches while its database opens. */
const READER = ['reader'];

/**
 * `code` is what a user would write; `needs` is the file without which there is nothing to measure. `kib` bounds what is imported at once, `goalKib`
 * is what a bound that doesn't hold yet shall become: the bound keeps what is reached. `meanwhile` names chunks that are fetched at once behind it,
 * `othersKib` bounds all further ones together, `allKib` everything. Only the fullest import lists its chunks one by one.
 */
const BUDGETS = [
  {
    name: 'page, minimal import',
    needs: 'src/lib/sync/index.ts',
    code: "export { SyncManagerProvider, useOrderSync } from '@/lib/sync/index.ts';",
    chunks: pageChunks,
    kib: 13,
    goalKib: 12,
  },
  {
    name: 'page, all hooks',
    needs: 'src/lib/sync/index.ts',
    code: `export { ${hooks} } from '@/lib/sync/index.ts';`,
    chunks: pageChunks,
    kib: 15.25,
    goalKib: 12,
  },
  {
    name: 'page, full import',
    needs: 'src/lib/sync/index.ts',
    code: "export * from '@/lib/sync/index.ts';",
    chunks: pageChunks,
    kib: 18,
    goalKib: 12,
    meanwhile: MEANWHILE,
    // A page without SharedWorker runs the engine itself: all of it is among what may come later. What nobody meets who has a disk, a server with cursors
    // and no Pusher came with chunks of its own: writes in memory, servers without cursors, turns without locks, wake-ups.
    othersKib: 88,
    allKib: 125,
  },
  {
    name: 'shared worker',
    needs: 'worker/shared-worker.ts',
    code: "import '/worker/shared-worker.ts';",
    chunks: workerChunks,
    // With what is fetched meanwhile all that a start loads, from the lock to the first live event.
    kib: 20,
    meanwhile: READER,
    // Polling, volatile mode, tokens, salvage, the outbox, servers without cursors, wake-ups, places among scopes: each came with its own chunk.
    allKib: 59,
  },
  { name: 'pusher-js, where named', needs: 'src/transport/pusher.ts', code: `export { default } from '${PUSHER}';`, chunks: false, kib: 17 },
  { name: 'service worker', needs: 'sw/sw.ts', code: "import '/sw/sw.ts';", chunks: false, kib: 20, allKib: 20 },
];
/** A chunk that is loaded later; larger ones are worth a look at what they pull in. */
const LATER_KIB = 4;
/** The debug panel is loaded by nobody who doesn't show it; `start-engine` and `stream` are the engine itself, in a page that has to run it; `machine` and `later` are whatever isn't well. */
const OWN_KIB = { reader: 2.75, panel: 8, live: 12, requests: 8, stream: 5, 'start-engine': 12.5, machine: 4.5, later: 6.25, drain: 8.75 };

const rows = [];
for (const budget of BUDGETS) rows.push(...(await measure(budget)));
rows.forEach(print);
process.exitCode = rows.every(({ isOver }) => !isOver) ? 0 : 1;

async function measure({ name, needs, code, chunks, kib, goalKib = kib, meanwhile = [], othersKib, allKib }) {
  if (!existsSync(resolve(root, needs))) return [{ name, size: '-', kib, verdict: `${needs} is missing`, isOver: true }];
  const { atOnce, later } = await weigh(code, chunks);
  const first = row(name, atOnce, kib, goalKib);
  if (!allKib) return [first];
  const others = later.filter((chunk) => !meanwhile.includes(chunk.name));
  const line = (label) => (chunk) => row(`  ${label}: ${chunk.name}`, chunk.bytes, OWN_KIB[chunk.name] ?? LATER_KIB);
  return [
    first,
    ...later.filter((chunk) => meanwhile.includes(chunk.name)).map(line('meanwhile')),
    ...others.map(line('later')),
    ...(othersKib ? [row('  all others', sum(others), othersKib)] : []),
    row('  all together', atOnce + sum(later), allKib),
  ];
}

function sum(chunks) {
  return chunks.reduce((total, { bytes }) => total + bytes, 0);
}

function row(name, bytes, kib, goalKib = kib) {
  const isOver = bytes > kib * KIB;
  const verdict = isOver ? 'OVER BUDGET' : bytes > goalKib * KIB ? `ok, but over its goal of ${goalKib} KiB` : 'ok';
  return { name, size: `${(bytes / KIB).toFixed(2)} KiB`, kib, verdict, isOver };
}

/** The entry with everything that it imports at once, and every other chunk. The workers that a page starts are rows of their own. */
async function weigh(code, chunking) {
  const output = await bundle(code, chunking);
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const first = reachable(
    [...chunks.values()].find(({ isEntry }) => isEntry),
    chunks,
  );
  const later = [...chunks.values()].filter((chunk) => !first.has(chunk)).map((chunk) => ({ name: chunk.name, bytes: gzipped(chunk) }));
  return { atOnce: [...first].reduce((total, chunk) => total + gzipped(chunk), 0), later: later.toSorted((a, b) => b.bytes - a.bytes) };
}

/** As a library: Vite's own loader for an application's chunks and styles is no weight of ours. The entry may grow, as an application's would. */
async function bundle(code, chunks) {
  const entry = '\0size-entry';
  const virtual = { name: 'size-entry', resolveId: (id) => (id === 'size-entry' ? entry : null), load: (id) => (id === entry ? code : null) };
  const [{ output }] = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { ...buildStamps(), __PREVIOUS_ASSETS__: '[]', 'process.env.NODE_ENV': '"production"' },
    plugins: [virtual],
    publicDir: false,
    resolve: { alias: { '@': resolve(root, 'src') } },
    worker: { format: 'es' },
    build: {
      write: false,
      target: 'es2024',
      lib: { entry: 'size-entry', formats: ['es'], fileName: 'entry' },
      rolldownOptions: {
        input: 'size-entry',
        // 'use client' is for frameworks that bundle by themselves.
        onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
        external: code.includes(PUSHER) ? NOT_OURS : [...NOT_OURS, PUSHER],
        preserveEntrySignatures: 'allow-extension',
        output: { minify: true, comments: false, codeSplitting: chunks },
      },
    },
  });
  return output;
}

function gzipped({ code }) {
  return gzipSync(code, { level: 9 }).length;
}

function reachable(chunk, chunks, seen = new Set()) {
  if (!chunk || seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const name of chunk.imports) reachable(chunks.get(name), chunks, seen);
  return seen;
}

function print({ name, size, kib, verdict }) {
  console.log(`${name.padEnd(28)}${size.padStart(12)}  of ${`${kib} KiB`.padStart(7)}  ${verdict}`);
}
