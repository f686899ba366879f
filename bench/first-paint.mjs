// How long a reload takes until the board stands on the screen, from disk: with the server there, and with it stopped. Beside it, in the same
// run, the same page with nothing but its shell (sign-in), so that a slow machine shows as such.
//
//   node bench/first-paint.mjs            12 reloads each; prints medians and the slowest
//   RUNS=30 node bench/first-paint.mjs
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();
const { signInByForm } = await import('../scripts/serve-build.mjs');
const { onStage, timeReloads, watchPaint } = await import('./stage.mjs');
const { median, quantile } = await import('./quantile.mjs');

const RUNS = Number(process.env.RUNS ?? 12);
const PAUSE_MS = 300;

await onStage({ env: { DEMO_TRAFFIC: 'on', DEMO_RATE: '1' }, viewport: { width: 1_280, height: 800 } }, async ({ server, context }) => {
  await watchPaint(context, 'section[aria-label^="Bay "], form');
  const page = await context.newPage();
  await page.goto(server.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const shell = await timeReloads(page, RUNS, PAUSE_MS);
  await signInByForm(page);
  const online = await timeReloads(page, RUNS, PAUSE_MS);
  await server.kill();
  const offline = await timeReloads(page, RUNS, PAUSE_MS);
  print('shell alone (sign-in form)', shell);
  print('board from disk, server up', online);
  print('board from disk, server stopped', offline);
  console.log(`server stopped / server up: ${(median(offline) / median(online)).toFixed(2)}`);
});

function print(name, times) {
  const inColumn = (ms) => ms.toFixed(0).padStart(4);
  console.log(`${name.padEnd(34)} median ${inColumn(median(times))} ms, slowest ${inColumn(quantile(times, 1))} ms of ${times.length}`);
}
