// How long tabs wait for the next event when the engine dies, hangs or is frozen: real Chromium with a profile on disk, three tabs, the real server,
// 25 events a second. Time runs from the fault to the first event of the next engine in a tab that is left. It prints medians and judges nothing.
//
//   node bench/takeover.mjs deaths                 20 deaths a place (about two minutes)
//   node bench/takeover.mjs silence                5 hangs, freezes and looks a kind, with the times that users have (about four minutes)
//   RUNS=40 node bench/takeover.mjs deaths shared  one place
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
process.env.TAKEOVER_PACE = 'real';
const { buildInto, HARNESS } = await import('../scripts/serve-build.mjs');
const { killHard, workerRenderers } = await import('../tests/support/browser-processes.ts');
const { MANAGER } = await import('../tests/support/page-probes.ts');
const { launchRawChromium } = await import('../tests/support/raw-chromium.ts');
const { startServerProcess } = await import('../tests/support/server-process.ts');
const { delivering, firstAfter, firstOfNext, isLive, leads, openPage, openSignedIn } = await import('../tests/browser/hosts/raw-pages.ts');
const { startTraffic } = await import('../tests/browser/hosts/traffic.ts');
const { quantile } = await import('./quantile.mjs');

const [part = 'deaths', ...places] = process.argv.slice(2);
const RUNS = Number(process.env.RUNS ?? (part === 'deaths' ? 20 : 5));
const HANG_MS = 15_000;

const distDir = mkdtempSync(join(tmpdir(), 'holdfast-takeover-'));
try {
  await buildInto(distDir, HARNESS);
  if (part === 'deaths') for (const place of places.length > 0 ? places : ['shared', 'elected']) await deaths(place);
  else for (const kind of places.length > 0 ? places : Object.keys(SILENCES())) await silences(kind);
} finally {
  rmSync(distDir, { recursive: true, force: true });
}

/** Three tabs; who holds the engine dies, another tab is opened, and again. */
async function deaths(place) {
  const times = [];
  const steps = { 'death noticed': [], 'next engine heard': [], 'it leads': [] };
  await onStage(async ({ browser, server }) => {
    let pages = [await openSignedIn(browser, server, place)];
    for (let run = 0; run < RUNS; run += 1) {
      while (pages.length < 3) pages.push(await openPage(browser, server, place));
      for (const page of pages) await isLive(page);
      await delivering(pages.at(-1));
      const { at, left } = place === 'shared' ? await killMaker(browser, pages) : await killLeader(pages, run % 2 === 0);
      pages = left;
      times.push((await Promise.all(pages.map((page) => firstOfNext(page, at)))).map((told) => told - at));
      const noted = await Promise.all(pages.map((page) => stepsAfter(page, at)));
      Object.values(steps).forEach((found, step) => found.push(Math.min(...noted.map((all) => all[step] - at))));
    }
  });
  const fault = `${place}, its tab ${place === 'shared' ? 'killed' : 'crashed or closed'}`;
  const [first, last] = [Math.min, Math.max].map((pick) => times.map((all) => pick(...all)));
  print(`${fault}: next event in the first tab`, first);
  print(`${fault}: next event in the last tab`, last);
  for (const [step, found] of Object.entries(steps)) print(`${place}:   ${step}`, found);
}

/** Wall times at which this page noticed the death, first heard of the next engine, and heard that it leads. */
function stepsAfter(page, at) {
  return page.evaluate(`['gone', 'heard', 'leads'].map((step) => {
    const fits = ({ k, term }) => (step === 'gone' ? k === 'H.gone' : k === 'H.leader' && (step === 'heard' || term > 0));
    return Math.round(performance.timeOrigin + (harness.records.find((record) => performance.timeOrigin + record.t > ${at} && fits(record))?.t ?? NaN));
  })`);
}

/** The processes are looked for before the clock starts. */
async function killMaker(browser, pages) {
  const pids = workerRenderers(browser.profile);
  const at = Date.now();
  pids.forEach(killHard);
  const alive = await Promise.all(pages.map((page) => page.evaluate('1', 2_000).then(Boolean, () => false)));
  return { at, left: pages.filter((_, index) => alive[index]) };
}

async function killLeader(pages, isCrash) {
  const leading = await Promise.all(pages.map((page) => leads(page)));
  const leader = pages[leading.indexOf(true)];
  const at = Date.now();
  await (isCrash ? leader.crash() : leader.close());
  return { at, left: pages.filter((page) => page !== leader) };
}

/** What a silent engine is, who must notice it, and the tab in which the next event is waited for. */
function SILENCES() {
  const loop = `for (const end = Date.now() + ${HANG_MS}; Date.now() < end;);`;
  return {
    async 'shared-loop'({ browser, server }) {
      const page = await openSignedIn(browser, server, 'shared');
      await delivering(page);
      const [worker] = await browser.sharedWorkers();
      void worker.evaluate(loop, 60_000).catch(() => {});
      return afterSilence(page, Date.now());
    },
    async 'elected-loop'({ browser, server }) {
      const page = await openSignedIn(browser, server, 'elected');
      await delivering(page);
      void (await page.worker()).evaluate(loop, 60_000).catch(() => {});
      return afterSilence(page, Date.now());
    },
    async frozen({ browser, server }) {
      const leader = await openSignedIn(browser, server, 'elected');
      const follower = await openPage(browser, server, 'elected', leader);
      await follower.show();
      await delivering(follower);
      await leader.freeze();
      const at = Date.now();
      return (await firstAfter(follower, at)) - at;
    },
    async 'frozen-then-shown'({ browser, server }) {
      const leader = await openSignedIn(browser, server, 'elected');
      const follower = await openPage(browser, server, 'elected', leader);
      const cover = await browser.open('about:blank', follower);
      await delivering(follower);
      await cover.show();
      await leader.freeze();
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      const at = Date.now();
      await follower.show();
      return (await firstAfter(follower, at)) - at;
    },
  };
}

/** The loop begins a moment after it is asked for: what still arrives in that moment is no takeover. */
async function afterSilence(page, at) {
  return (await firstOfNext(page, at + 200)) - at;
}

async function silences(kind) {
  const times = [];
  for (let run = 0; run < RUNS; run += 1) await onStage(async (stage) => times.push(await SILENCES()[kind](stage)));
  print(kind, times);
}

async function onStage(story) {
  const server = await startServerProcess({ distDir });
  const browser = await launchRawChromium();
  const traffic = startTraffic(await server.signIn(MANAGER));
  try {
    await story({ browser, server });
  } finally {
    await traffic.stop();
    await browser.dispose();
    await server.dispose();
  }
}

function print(name, times) {
  const [least, middle, late, most] = [0, 0.5, 0.9, 1].map((share) => quantile(times, share));
  console.log(`${name}: median ${middle} ms, p90 ${late}, ${least} to ${most}, ${times.length} runs`);
}
