// Whether a long log slows a start: the reload of the board from disk, with the server stopped, with 1,000 and with 100,000 events retained, in
// alternating rounds of one run. The events are put into the database as docs/storage.md describes its rows; the bar is a ratio of at most 1.5.
//
//   node bench/start-up.mjs               6 reloads a round, 2 rounds each
//   RUNS=12 node bench/start-up.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { BROWSER_ARGS, findBrowser } = await import('../scripts/find-browser.mjs');
const { runNode, stopChild } = await import('../scripts/run-child.mjs');

const RUNS = Number(process.env.RUNS ?? 6);
const PORT = Number(process.env.PORT ?? 4_197);
const ORIGIN = `http://127.0.0.1:${PORT}`;
const PERSON = { email: 'dilani@nugegoda.lagooncarcare.example', password: 'holdfast-demo' };
const BAR = 1.5;

const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-profile-'));
const distDir = join(dataDir, 'dist');
const built = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--outDir', distDir, '--emptyOutDir'], { quiet: true }).ended;
if (built !== 0) process.exit(built);
const server = runNode(['server/main.ts'], { env: { PORT: String(PORT), DATA_DIR: dataDir, DIST_DIR: distDir, DEMO_TRAFFIC: 'off' }, quiet: true });
const executablePath = findBrowser();
const context = await chromium.launchPersistentContext(profile, { args: [...BROWSER_ARGS], ...(executablePath ? { executablePath } : {}) });
try {
  await untilServed();
  await context.addInitScript(() => {
    const watch = () => {
      if (!document.querySelector('section[aria-label^="Bay "]')) return void requestAnimationFrame(watch);
      requestAnimationFrame(() => (globalThis.paintedAt = performance.now()));
    };
    requestAnimationFrame(watch);
  });
  const page = await context.newPage();
  await page.goto(ORIGIN);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByLabel('E-mail').fill(PERSON.email);
  await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.indicator', { hasText: 'Live' }).waitFor();
  stopChild(server.child, 'SIGKILL');
  await server.ended;
  const times = { 1_000: [], 100_000: [] };
  for (let round = 0; round < 2; round += 1) {
    for (const retained of [1_000, 100_000]) {
      await page.evaluate(retain, retained);
      await measure(page);
      times[retained].push(...(await measure(page)));
    }
  }
  for (const [retained, found] of Object.entries(times))
    console.log(
      `${retained.padStart(7)} events retained: median ${median(found).toFixed(0)} ms, slowest ${Math.max(...found).toFixed(0)} ms of ${found.length}`,
    );
  const ratio = median(times[100_000]) / median(times[1_000]);
  console.log(`100,000 / 1,000: ${ratio.toFixed(2)} (bar ${BAR})`);
  process.exitCode = ratio <= BAR ? 0 : 1;
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
    await page.waitForTimeout(200);
  }
  return times;
}

/** Runs in the page: the log becomes `count` events in blocks of 500. The row says that they are few, so that no sweep comes between. */
async function retain(count) {
  const settled = (request) =>
    new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
  const name = (await indexedDB.databases()).map((database) => database.name).find((each) => each.endsWith(':store'));
  const db = await settled(indexedDB.open(name));
  const tx = db.transaction(['log', 'meta'], 'readwrite');
  const [log, meta] = [tx.objectStore('log'), tx.objectStore('meta')];
  const row = await settled(meta.get('log'));
  const [epoch, , check] = row.cursor.split('_');
  const cursorAt = (seq) => `${epoch}_${String(seq).padStart(16, '0')}_${check}`;
  const from = 1_000_000;
  log.delete(IDBKeyRange.bound([row.runNo, 0], [row.runNo, Infinity]));
  for (let first = from; first < from + count; first += 500) {
    const events = Array.from({ length: 500 }, (_, at) => ({
      ...{ id: cursorAt(first + at), prev: cursorAt(first + at - 1), eventType: 'order_updated', data: { note: `event ${first + at}`, text: 'x'.repeat(120) } },
      ...{ orderID: `o-${at % 50}`, timestamp: row.snapshotAt, tenant: 't', actor: null, mutationId: null, changes: [] },
    }));
    log.put({ runNo: row.runNo, firstSeq: first, lastSeq: first + 499, bytes: 150_000, at: row.serverTime, events }, [row.runNo, first]);
  }
  meta.put({ ...row, floor: from - 1, cursor: cursorAt(from + count - 1), events: 1_000, bytes: 1_000 }, 'log');
  await new Promise((resolve, reject) => Object.assign(tx, { oncomplete: resolve, onabort: () => reject(tx.error) }));
  db.close();
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
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
