// More scopes than a browser has connections to spare for: real locks, four engines, one browser.
import { expect, test } from '../support/browser-test.ts';
import { health, MANAGER, TENANT, waitForLabel, WORKER } from '../support/page-probes.ts';
import { DILANI, RUWAN, withTokens } from '../support/token-application.ts';

const NIMAL = `?as=${TENANT}/nimal&auth=bearer&email=${WORKER}`;
const FOURTH = `?as=${TENANT}/kiosk&auth=bearer&email=kiosk@nugegoda.lagooncarcare.example`;

test('[PLC1] four people in one browser: the first three stream, the fourth polls and says why, and streams when one of them has gone, who polls when he comes back @extended', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await withTokens(browser.context());
  const tabs = [];
  for (const [name, query] of Object.entries({ dilani: DILANI, ruwan: RUWAN, nimal: NIMAL })) {
    const tab = await browser.open(name, query);
    await waitForLabel(tab, 'Live');
    tabs.push(tab);
  }
  const fourth = await browser.open('fourth', FOURTH);
  await waitForLabel(fourth, 'Polling');
  expect((await health(fourth)).reason).toBe('crowded');
  const user = await server.signIn(MANAGER);
  const { head } = await user.status();
  await user.burst(1);
  await expect.poll(() => fourth.page.evaluate(() => Number(window.harness.events.at(-1)?.id.split('_')[1]))).toBe(head + 1);
  await tabs[0]?.close();
  await waitForLabel(fourth, 'Live', 60_000);
  // Its SharedWorker has outlived its page, and finds its place taken.
  const back = await browser.open('back', DILANI);
  await waitForLabel(back, 'Polling');
  expect((await health(back)).reason).toBe('crowded');
});
