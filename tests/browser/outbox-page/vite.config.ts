// Builds the page that only writes, with the real service worker beside it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { buildStamps } from '../../../scripts/build-stamps.ts';
import { serviceWorker } from '../../../scripts/sw-plugin.ts';

const define = buildStamps();

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  define,
  plugins: [serviceWorker({ define, shell: ['index.html', 'assets/*.js'] })],
  resolve: { alias: { '@': fileURLToPath(new URL('../../../src', import.meta.url)) } },
  build: { target: 'es2024', emptyOutDir: true, modulePreload: { polyfill: false } },
  logLevel: 'warn',
});
