// How smoothly the list of orders scrolls with 5,000 of them while events arrive: `node bench/orders-scroll.mjs` after a build. Prints numbers
// and judges nothing: what a machine reaches depends on what else it does. Frames are counted by the browser's own trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../scripts/find-browser.mjs';
import { requireNode, root } from '../scripts/require-node.mjs';
import { quantile } from './quantile.mjs';

await requireNode();
const { signInByForm } = await import('../scripts/serve-build.mjs');
const { startServer } = await import('../server/start-server.ts');

const ORDERS = Number(process.env.ORDERS ?? 5_000);
const SECONDS = 6;
const EVENTS_PER_SECOND = 20;
const BOSS = { email: 'boss@bench', password: 'bench password' };
const STAGES = ['initiated', 'ready', 'paid', 'completed'];

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const server = await startServer({ dbFile: join(folder, 'bench.sqlite'), services: [], distDir: join(root, 'dist'), rates: null, prepare: fill });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(server.url);
  await signInByForm(page, BOSS);
  await page.goto(`${server.url}/orders?stage=all`);
  await page.locator('.order-row').first().waitFor();
  const quiet = await measure(page, () => Promise.resolve());
  const busy = await measure(page, () => writeEvents(page));
  console.log(JSON.stringify({ orders: ORDERS, rowsInPage: await page.locator('.order-row').count(), quiet, busy }, null, 2));
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function fill(store) {
  store.createTenant({ id: 'bench', name: 'Bench' });
  await store.createAccount({ tenant: 'bench', user: 'boss', name: 'The Boss', role: 'manager', ...BOSS });
  const now = Date.now();
  const iso = (minutes) => new Date(now + minutes * 60_000).toISOString();
  const orders = Array.from({ length: ORDERS }, (_, at) => {
    const stage = STAGES[at % STAGES.length];
    const doc = { id: `o${at}`, number: 1_001 + at, stage, plate: `CAB ${String(at).padStart(4, '0')}`, vehicle: 'Toyota Aqua', colour: 'white' };
    const service = { code: 'body', name: 'Body wash', minutes: 20, drying: true };
    const links = { bayId: null, jobId: null, customerId: null, paymentId: null, lastMove: null, notes: '', cancelled: null };
    const times = { createdAt: iso(-60), promisedAt: iso(at % 600), updatedAt: iso(-1), stageAt: { [stage]: iso(-at / 10) } };
    return { collection: 'orders', doc: { ...doc, service, ...links, ...times, paid: stage === 'paid' || stage === 'completed' } };
  });
  store.seedDocuments('bench', orders);
}

/** Scrolls down and up by wheel for `SECONDS` while `meanwhile` runs. */
async function measure(page, meanwhile) {
  const cdp = await page.context().newCDPSession(page);
  const events = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await page.evaluate(() => {
    window.frames60 = [];
    window.isMeasured = true;
    const tick = (at) => {
      window.frames60.push(at);
      if (window.isMeasured) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    categories: 'toplevel,devtools.timeline,disabled-by-default-devtools.timeline.frame,devtools.timeline.frame',
  });
  const work = meanwhile();
  const until = Date.now() + SECONDS * 1_000;
  for (let direction = 1; Date.now() < until; direction = -direction) {
    await cdp.send('Input.synthesizeScrollGesture', { x: 640, y: 500, yDistance: -direction * 6_000, speed: 6_000, gestureSourceType: 'mouse' });
  }
  await work;
  const ended = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await ended;
  const stamps = await page.evaluate(() => {
    window.isMeasured = false;
    return window.frames60;
  });
  await cdp.detach();
  return { ...frames(stamps), ...tasks(events) };
}

function frames(stamps) {
  const gaps = stamps.slice(1).map((at, index) => at - stamps[index]);
  const at = (share) => Number((quantile(gaps, share) ?? 0).toFixed(1));
  const seconds = (stamps.at(-1) - stamps[0]) / 1_000;
  return { framesPerSecond: Number((gaps.length / seconds).toFixed(1)), gapMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1) } };
}

/** What the main thread did in one piece, and what the compositor dropped. */
function tasks(events) {
  const runs = events
    .filter(({ name, ph }) => (name === 'RunTask' || name === 'ThreadControllerImpl::RunTask') && ph === 'X')
    .map(({ dur = 0 }) => dur / 1_000);
  const count = (wanted) => events.filter(({ name }) => name === wanted).length;
  return {
    longestTaskMs: Math.round(Math.max(0, ...runs)),
    tasksOver50Ms: runs.filter((ms) => ms > 50).length,
    drawn: count('DrawFrame'),
    dropped: count('DroppedFrame'),
  };
}

/** Corrections of orders by the page's own session: each is an event that this page is sent. */
async function writeEvents(page) {
  await page.evaluate(
    async ({ total, pauseMs, orders }) => {
      for (let at = 0; at < total; at++) {
        const id = `o${(at * 37) % orders}`;
        void fetch(`/api/v1/orders/${id}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ colour: `colour ${at}` }),
        });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    { total: SECONDS * EVENTS_PER_SECOND, pauseMs: 1_000 / EVENTS_PER_SECOND, orders: ORDERS },
  );
}
