// Unit, contract, integration and model tests, in Node. A *.test.tsx that needs a document names happy-dom in its first line.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { buildStamps } from './scripts/build-stamps.ts';

export default defineConfig({
  define: buildStamps(),
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  test: {
    // src: the folder that the documents name, src/lib/sync/__tests__, which lists tests of tests/ again.
    include: ['tests/**/*.test.{ts,tsx}', 'src/lib/**/__tests__/*.test.{ts,tsx}'],
    exclude: ['tests/browser/**', 'node_modules/**'],
    setupFiles: ['tests/support/react-warnings.ts'],
    testTimeout: 30_000,
    // All cores: on two, the default would leave one idle.
    maxWorkers: '100%',
    hookTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
