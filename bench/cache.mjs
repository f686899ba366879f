// What the cache saves, in a real tab against the real server on loopback: hit rate of a working day in small, time to an answer from memory, from disk
// and from the server, and how much it keeps when it is overfilled.
//
//   node bench/cache.mjs               2,000 reads
//   READS=5000 node bench/cache.mjs
//
// The run: one of the branch's documents is read every few milliseconds, as screens would that come and go; four of five reads are of the fifth of
// documents that are looked at most, and one document is changed past the library every 50 reads, which its event tells the page. The cache is that of the
// library, in the page that the browser tests use, with a profile on disk. Times are the page's own clock, from the question to the answer.
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
const { HARNESS, PERSON } = await import('../scripts/serve-build.mjs');
const { onStage } = await import('./stage.mjs');
const { quantile } = await import('./quantile.mjs');

const READS = Number(process.env.READS ?? 2_000);
const BARS = { hitRate: 0.95, cachedMs: 50, freshMs: 200, bytes: 10_000_000 };

await onStage({ config: HARNESS }, async ({ server, context }) => {
  const page = await context.newPage();
  await page.goto(`${server.url}/?cached=none`);
  await page.waitForFunction(() => globalThis.harness?.phase === 'signed-out');
  await page.evaluate(({ email, password }) => globalThis.harness.signIn(email, password), PERSON);
  await page.waitForFunction(() => globalThis.harness.health.label === 'Live' && globalThis.cached);
  const paths = await page.evaluate(async () => {
    const { documents } = await (await fetch('/api/v1/orders')).json();
    return documents.map(({ id }) => `/api/v1/orders/${id}`);
  });
  const day = await page.evaluate(work, { paths, reads: READS });
  await page.reload();
  await page.waitForFunction(() => globalThis.cached);
  const disk = await page.evaluate(readFromDisk, paths);
  const full = await page.evaluate(overfill);
  report({ day, disk, full, documents: paths.length });
});

/** Runs in the page. */
async function work({ paths, reads }) {
  const { utils } = globalThis.cached;
  const [memory, fresh] = [[], []];
  let seed = 7;
  // A generator of its own, so that each run reads the same documents.
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const favourites = Math.ceil(paths.length / 5);
  const pick = () => paths[Math.floor(random() * (random() < 0.8 ? favourites : paths.length))];
  const before = utils.getStats();
  for (let read = 0; read < reads; read += 1) {
    const path = pick();
    const { misses } = utils.getStats();
    const start = performance.now();
    await utils.get(path);
    (utils.getStats().misses === misses ? memory : fresh).push(performance.now() - start);
    if (read % 50 === 49) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
      await fetch(pick(), { method: 'PATCH', headers, body: JSON.stringify({ notes: `bench ${read}` }) });
    }
    await new Promise((wait) => setTimeout(wait, 2));
  }
  const after = utils.getStats();
  return { memory, fresh, hits: after.hits - before.hits, misses: after.misses - before.misses, stats: after };
}

/** Runs in a page that has just been loaded: its memory is empty. */
async function readFromDisk(paths) {
  const { utils } = globalThis.cached;
  const times = [];
  for (const path of paths) {
    const { misses } = utils.getStats();
    const start = performance.now();
    await utils.get(path);
    if (utils.getStats().misses === misses) times.push(performance.now() - start);
  }
  return times;
}

/** Runs in the page: twice as much as there is room for. */
async function overfill() {
  const { utils } = globalThis.cached;
  const text = 'x'.repeat(50_000);
  for (let count = 0; count < 400; count += 1) await utils.set(`overfill-${count}`, text);
  const { bytes, memoryBytes, entries, evicted } = utils.getStats();
  return { bytes, memoryBytes, entries, evicted };
}

function report({ day, disk, full, documents }) {
  const rate = day.hits / (day.hits + day.misses);
  const rows = [
    ['hit rate', `${(rate * 100).toFixed(1)} % of ${day.hits + day.misses} reads of ${documents} documents, cold start included`, '95 %', rate >= BARS.hitRate],
    ['from memory', spread(day.memory), `${BARS.cachedMs} ms`, slowest(day.memory) < BARS.cachedMs],
    ['from disk, after a reload', spread(disk), `${BARS.cachedMs} ms`, slowest(disk) < BARS.cachedMs],
    ['from the server', spread(day.fresh), `${BARS.freshMs} ms`, slowest(day.fresh) < BARS.freshMs],
    [
      'overfilled twice',
      `${full.bytes} bytes in ${full.entries} answers on disk, ${full.memoryBytes} in memory, ${full.evicted} let go`,
      '10 MB',
      full.bytes < BARS.bytes,
    ],
  ];
  const { asked, notModified, shared } = day.stats;
  for (const [name, found, bar, isMet] of rows) console.log(`${name.padEnd(28)}${found}  (bar ${bar}: ${isMet ? 'met' : 'MISSED'})`);
  console.log(`${'questions to the server'.padEnd(28)}${asked}, ${notModified} answered with 304, ${shared} spared by another one's answer`);
  process.exitCode = rows.every(([, , , isMet]) => isMet) ? 0 : 1;
}

/** The bar counts for 19 of 20 reads: a machine that is busy with other things is seen in the slowest. */
function slowest(times) {
  return quantile(times, 0.95);
}

function spread(times) {
  const at = (share) => quantile(times, share).toFixed(1);
  return `median ${at(0.5)} ms, 95th ${at(0.95)} ms, slowest ${at(1)} ms of ${times.length}`;
}
