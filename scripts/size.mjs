// `npm run size`: what a user of the library loads, minified and gzipped, held against a budget. Exits 1 over budget, or when there is nothing to measure.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { build } = await import('vite');
const { buildStamps } = await import('./build-stamps.ts');

const KIB = 1_024;
/** What the application brings anyway is not the library's weight. */
const NOT_OURS = ['react', 'react-dom', 'react/jsx-runtime'];

/** `code` is what a user would write; `needs` is the file without which there is nothing to measure. */
const BUDGETS = [
  { name: 'page, minimal import', needs: 'src/lib/sync/index.ts', code: "export { SyncManagerProvider, useOrderSync } from '@/lib/sync/index.ts';", kib: 12 },
  { name: 'page, full import', needs: 'src/lib/sync/index.ts', code: "export * from '@/lib/sync/index.ts';", kib: 12 },
  { name: 'shared worker', needs: 'worker/shared-worker.ts', code: "import '/worker/shared-worker.ts';", kib: 20 },
  { name: 'service worker', needs: 'sw/sw.ts', code: "import '/sw/sw.ts';", kib: 8 },
];

const rows = [];
for (const budget of BUDGETS) rows.push(await measure(budget));
print(rows);
process.exitCode = rows.every(({ verdict }) => verdict === 'ok') ? 0 : 1;

async function measure({ name, needs, code, kib }) {
  if (!existsSync(resolve(root, needs))) return { name, size: '-', budget: `${kib} KiB`, verdict: `${needs} is missing` };
  const bytes = await gzippedBytes(code);
  const verdict = bytes <= kib * KIB ? 'ok' : 'OVER BUDGET';
  return { name, size: `${(bytes / KIB).toFixed(2)} KiB`, budget: `${kib} KiB`, verdict };
}

/** Entry and everything that it imports at once; lazy chunks and the workers that it starts are other rows. */
async function gzippedBytes(code) {
  const entry = '\0size-entry';
  const virtual = { name: 'size-entry', resolveId: (id) => (id === 'size-entry' ? entry : null), load: (id) => (id === entry ? code : null) };
  const { output } = await build({
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
      modulePreload: false,
      rolldownOptions: { input: 'size-entry', external: NOT_OURS, preserveEntrySignatures: 'strict', output: { format: 'es' } },
    },
  });
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const first = output.find(({ type, isEntry }) => type === 'chunk' && isEntry);
  return [...reachable(first, chunks)].reduce((total, chunk) => total + gzipSync(chunk.code, { level: 9 }).length, 0);
}

function reachable(chunk, chunks, seen = new Set()) {
  if (!chunk || seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const name of chunk.imports) reachable(chunks.get(name), chunks, seen);
  return seen;
}

function print(table) {
  for (const { name, size, budget, verdict } of table) console.log(`${name.padEnd(24)}${size.padStart(12)}  of ${budget.padStart(7)}  ${verdict}`);
}
