// Whether a long log slows a start: the reload of the board from disk, with the server stopped, with 1,000 and with 100,000 events retained, in
// alternating rounds of one run. The events are put into the database as docs/storage.md describes its rows; the bar is a ratio of at most 1.5.
//
//   node bench/start-up.mjs               6 reloads a round, 2 rounds each
//   RUNS=12 node bench/start-up.mjs
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
const { signInByForm } = await import('../scripts/serve-build.mjs');
const { onStage, timeReloads, watchPaint } = await import('./stage.mjs');
const { median, quantile } = await import('./quantile.mjs');

const RUNS = Number(process.env.RUNS ?? 6);
const PAUSE_MS = 200;
const BAR = 1.5;

await onStage({}, async ({ server, context }) => {
  await watchPaint(context, 'section[aria-label^="Bay "]');
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await signInByForm(page);
  await server.kill();
  const times = { 1_000: [], 100_000: [] };
  for (let round = 0; round < 2; round += 1) {
    for (const retained of [1_000, 100_000]) {
      await page.evaluate(retain, retained);
      await timeReloads(page, RUNS, PAUSE_MS);
      times[retained].push(...(await timeReloads(page, RUNS, PAUSE_MS)));
    }
  }
  for (const [retained, found] of Object.entries(times))
    console.log(
      `${retained.padStart(7)} events retained: median ${median(found).toFixed(0)} ms, slowest ${quantile(found, 1).toFixed(0)} ms of ${found.length}`,
    );
  const ratio = median(times[100_000]) / median(times[1_000]);
  console.log(`100,000 / 1,000: ${ratio.toFixed(2)} (bar ${BAR})`);
  process.exitCode = ratio <= BAR ? 0 : 1;
});

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
