// Browser tests on real Chromium. One worker: they start servers, crash tabs and count streams, and this must not be another test's noise.
import { defineConfig } from '@playwright/test';
import { launchOptions } from './scripts/find-browser.mjs';

export default defineConfig({
  testDir: 'tests/browser',
  // Not test-results itself: Playwright empties its folder at the start, and the reports of the other parts lie there.
  outputDir: 'test-results/browser',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ?? 'test-results/playwright.json' }]],
  use: { launchOptions: launchOptions() },
  projects: [
    { name: 'browser', testIgnore: ['faults/**', '**/*.fault.spec.ts'] },
    { name: 'faults', testMatch: ['faults/**/*.spec.ts', '**/*.fault.spec.ts'], timeout: 300_000 },
  ],
});
