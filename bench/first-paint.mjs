// How long a reload takes until the board stands on the screen, from disk: with the server there, and with it stopped. Beside it, in the same
// run, the same page with nothing but its shell (sign-in), so that a slow machine shows as such.
//
//   node bench/first-paint.mjs            12 reloads each; prints medians and the slowest
//   RUNS=30 node bench/first-paint.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { BROWSER_ARGS, findBrowser } = await import('../scripts/find-browser.mjs');
const { runNode, stopChild } = await import('../scripts/run-child.mjs');

const RUNS = Number(process.env.RUNS ?? 12);
const PORT = Number(process.env.PORT ?? 4_198);
const ORIGIN = `http://127.0.0.1:${PORT}`;
const PERSON = { email: 'dilani@nugegoda.lagooncarcare.example', password: 'holdfast-demo' };

const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-profile-'));
const built = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], { quiet: true }).ended;
if (built !== 0) process.exit(built);
const environment = { PORT: String(PORT), DATA_DIR: dataDir, DEMO_RATE: '1' };
const server = runNode(['server/main.ts'], { env: environment, quiet: true });
const executablePath = findBrowser();
const context = await chromium.launchPersistentContext(profile, {
  args: [...BROWSER_ARGS],
  viewport: { width: 1_280, height: 800 },
  ...(executablePath ? { executablePath } : {}),
});
try {
  await untilServed();
  // Set before any script of the page: when the first element that matches has been painted.
  await context.addInitScript(() => {
    const watch = () => {
      if (!document.querySelector('section[aria-label^="Bay "], form')) return void requestAnimationFrame(watch);
      requestAnimationFrame(() => (globalThis.paintedAt = performance.now()));
    };
    requestAnimationFrame(watch);
  });
  const page = await context.newPage();
  await page.goto(ORIGIN);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const shell = await measure(page);
  await page.getByLabel('E-mail').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.indicator', { hasText: 'Live' }).waitFor();
  const online = await measure(page);
  stopChild(server.child, 'SIGKILL');
  await server.ended;
  const offline = await measure(page);
  print('shell alone (sign-in form)', shell);
  print('board from disk, server up', online);
  print('board from disk, server stopped', offline);
  console.log(`server stopped / server up: ${(median(offline) / median(online)).toFixed(2)}`);
} finally {
  await context.close();
  stopChild(server.child, 'SIGKILL');
  await server.ended;
  for (const folder of [dataDir, profile]) rmSync(folder, { recursive: true, force: true });
}

async function measure(page) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    await page.reload();
    times.push(await page.waitForFunction(() => globalThis.paintedAt).then((handle) => handle.jsonValue()));
    await page.waitForTimeout(300);
  }
  return times;
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function print(name, times) {
  console.log(
    `${name.padEnd(34)} median ${median(times).toFixed(0).padStart(4)} ms, slowest ${Math.max(...times)
      .toFixed(0)
      .padStart(4)} ms of ${times.length}`,
  );
}

async function untilServed() {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await fetch(`${ORIGIN}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((wait) => setTimeout(wait, 200));
  }
  throw new Error(`The server did not come up on port ${PORT}.`);
}
