// A browser without SharedWorker: what is on disk is shown, and the application says by name why it does not follow.
import { documentsOf, expectSameDocuments, health, lastSeqOf, MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

test('[BRW15] without SharedWorker a page shows what is on disk and says host/unsupported, never Live', async ({ stage }) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const before = await browser.openAs('with', MANAGER);
  await waitForLabel(before, 'Live');
  const user = await server.signIn(MANAGER);
  await user.burst(20);
  const { head } = await user.status();
  await waitForSeq(before, head);
  const truth = documentsOf(await user.snapshot());
  await browser.kill();
  await browser.launch();
  await browser.context().addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));

  const without = await browser.open('without');
  await expect.poll(() => lastSeqOf(without)).toBe(head);
  await expectSameDocuments(without, truth);
  await expect.poll(async () => (await health(without)).label).toBe('Offline');
  expect(await health(without)).toMatchObject({ status: 'error', isConnected: false, reason: 'host/unsupported' });
  expect((await user.status()).streams).toHaveLength(0);
});
