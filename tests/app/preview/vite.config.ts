// Serves the presentational parts on fixtures, for looking at them; no part of the product is built from here.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { port: 24173, strictPort: true, fs: { strict: false } },
  resolve: { alias: { '@': `${import.meta.dirname}/../../../src` } },
});
