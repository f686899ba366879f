// Builds the application: hashed assets that may be cached for ever, worker chunks of their own, and after them the service worker.
// Nothing inline may stand in the page: the server's Content-Security-Policy allows scripts and styles of this origin only.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { buildStamps } from './scripts/build-stamps.ts';
import { pageChunks, workerChunks } from './scripts/chunks.ts';
import { keepLastAssets } from './scripts/keep-last-assets.ts';
import { serviceWorker } from './scripts/sw-plugin.ts';

const define = buildStamps();

export default defineConfig({
  define,
  plugins: [react(), keepLastAssets(), serviceWorker({ define })],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  worker: { format: 'es', rolldownOptions: { output: { codeSplitting: workerChunks } } },
  build: {
    target: 'es2024',
    sourcemap: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    rolldownOptions: { output: { codeSplitting: pageChunks } },
  },
  server: { proxy: { '/api': { target: `http://127.0.0.1:${process.env['API_PORT'] ?? '4174'}`, changeOrigin: false } } },
});
