// Builds the harness page, and with MUTANT=publish-first the one defect that the crash test must be able to see.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { buildStamps } from '../../../scripts/build-stamps.ts';

/** Publishes a frame before its commit: law 1 broken on purpose, with a wait between them that a crash can hardly miss. */
function publishFirst(): Plugin {
  const COMMIT = 'meta = await writer.commit(';
  return {
    name: 'mutant-publish-first',
    transform(code, id) {
      if (!id.endsWith('/src/engine/ingest.ts')) return null;
      if (!code.includes(COMMIT)) throw new Error('The mutant no longer finds the commit in ingest.ts');
      return code.replace(
        COMMIT,
        'deps.publish({ run: meta.run, prev, through: seqOf(change.cursor), cursor: change.cursor, serverTime, events: change.events, documents: [], term: meta.term }); await new Promise((resolve) => clock.after(150, () => resolve(null))); meta = await writer.commit(',
      );
    },
  };
}

const plugins = process.env['MUTANT'] === 'publish-first' ? [publishFirst()] : [];

/** Seconds since 1970: tests of hand-over need builds of known age. */
const builtAt = process.env['BUILD_AT'];

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  define: buildStamps(builtAt ? new Date(Number(builtAt) * 1_000) : undefined),
  plugins: [react(), ...plugins],
  resolve: { alias: { '@': fileURLToPath(new URL('../../../src', import.meta.url)) } },
  worker: { format: 'es', plugins: () => plugins },
  build: { target: 'es2024', emptyOutDir: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  logLevel: 'warn',
});
