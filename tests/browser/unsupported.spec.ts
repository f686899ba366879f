// Browsers that lack something: without SharedWorker a page's own worker takes its place; without locks as well nobody can, and the application
// shows what is on disk and says by name why it does not follow.
import { documentsOf, expectSameDocuments, health, lastSeqOf, MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

test('[BRW15] without SharedWorker a page elects its own worker; without locks as well it shows what is on disk and says host/unsupported, never Live', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  await browser.context().addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  const before = await browser.openAs('elects', MANAGER);
  await waitForLabel(before, 'Live');
  expect(await health(before)).toMatchObject({ host: 'elected', hostReason: 'no-shared-worker' });
  const user = await server.signIn(MANAGER);
  await user.burst(20);
  const { head } = await user.status();
  await waitForSeq(before, head);
  const truth = documentsOf(await user.snapshot());
  await browser.kill();
  await browser.launch();
  await browser.context().addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'SharedWorker');
    Reflect.deleteProperty(Navigator.prototype, 'locks');
  });

  const without = await browser.open('without');
  await expect.poll(() => lastSeqOf(without)).toBe(head);
  await expectSameDocuments(without, truth);
  await expect.poll(async () => (await health(without)).label).toBe('Offline');
  expect(await health(without)).toMatchObject({ status: 'error', isConnected: false, reason: 'host/unsupported', hostReason: 'insecure-context' });
  expect((await user.status()).streams).toHaveLength(0);
});
