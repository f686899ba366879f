// Wall clocks that jump: of pages, of the engine, of the server, each alone. No event is purged for its age, nothing is asked again, nobody has to
// sign in, and no delay becomes negative or endless.
import { startFaultRun, type FaultRun } from '../../support/fault-run.ts';
import { waitForLabel } from '../../support/page-probes.ts';
import { directWorkers, orderWorkers } from '../../support/worker-orders.ts';
import { expect, test } from '../../support/browser-test.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('[FLT-N26] clocks of two pages jump a day, one on and one back', async ({ stage }) => {
  await withJumps(await startFaultRun(stage), [
    async ({ tab }) => {
      for (const [name, jump] of Object.entries({ a: DAY_MS, b: -DAY_MS }))
        await tab(name).page.evaluate((ms) => {
          const { now } = Date;
          Date.now = () => now() + ms;
        }, jump);
    },
  ]);
});

for (const host of ['shared', 'elected'] as const)
  test(`[FLT-N26] ${host}: the clock of the engine jumps a day on, and two days back`, async ({ stage }) => {
    const run = await startFaultRun(stage, { query: `?host=${host}`, prepare: directWorkers });
    await withJumps(
      run,
      [DAY_MS, -DAY_MS].map(
        (jumpMs) =>
          ({ tab }) =>
            orderWorkers(tab('a').page, { jumpMs }),
      ),
    );
  });

/** With SIGUSR2 the server's clock jumps by the next of these. */
function jumpingClock(jumps: readonly number[]): string {
  const script = `const { now } = Date, Real = Date, jumps = ${JSON.stringify(jumps)}; let jump = 0;
    globalThis.Date = class extends Real { constructor(...given) { given.length > 0 ? super(...given) : super(now() + jump); } static now() { return now() + jump; } };
    process.on('SIGUSR2', () => { jump = jumps.shift() ?? jump; });`;
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}

// Sessions last twelve hours: a day on, everybody would have to sign in again, and rightly.
test('[FLT-N26] the clock of the server jumps eleven hours on, and a day and more back', async ({ stage }) => {
  const jumps = [11 * HOUR_MS, -DAY_MS];
  const run = await startFaultRun(stage, { env: { NODE_OPTIONS: jumpingClock(jumps) }, serverJumps: jumps });
  await withJumps(
    run,
    jumps.map(() => ({ server }) => {
      server.signal('SIGUSR2');
      return Promise.resolve();
    }),
  );
});

async function withJumps(run: FaultRun, jumps: readonly ((run: FaultRun) => Promise<void>)[]): Promise<void> {
  await run.user.burst(20);
  const before = run.opened();
  for (const jump of jumps) {
    run.begin('N26');
    await jump(run);
    await run.user.burst(20);
    await run.end('N26');
  }
  expect(run.opened()).toBe(before);
  for (const tab of run.tabs()) await waitForLabel(tab, 'Live');
  expect((await run.judge()).violations).toEqual([]);
}
