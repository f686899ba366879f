// Browsers that lack something: without SharedWorker a page's own worker takes its place; without locks as well (taken away by a script here, by the browser
// itself in hosts/plain-http) pages take turns and poll, and health says so by name.
import { documentsIn, documentsOf, expectSameDocuments, health, lastSeqOf, MANAGER, probe, TENANT, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

test('[BRW15] without SharedWorker a page elects its own worker; without locks as well pages take turns: they show what is on disk, poll for what is new, send what is written, and say insecure-context, never Live', async ({
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

  const tabs = [await browser.open('without'), await browser.open('too')] as const;
  const [without, too] = tabs;
  await expect.poll(() => lastSeqOf(without)).toBe(head);
  await expectSameDocuments(without, truth);
  for (const tab of tabs) {
    await waitForLabel(tab, 'Polling');
    const said = { status: 'polling', isConnected: false, reason: 'insecure-context', host: 'inline', hostReason: 'insecure-context', warnings: [] };
    expect(await health(tab)).toMatchObject(said);
  }
  await probe(user, tabs);
  const [id = ''] = await user.orders();
  const write = { method: 'PATCH', path: `/api/v1/orders/${id}`, body: { notes: 'by turns' }, collection: 'orders', docId: id } as const;
  await too.page.evaluate((request) => window.harness.send(request), write);
  await expect.poll(async () => (await documentsIn(without))[`orders/${id}`]?.doc).toMatchObject({ notes: 'by turns' });
  expect(server.applies(TENANT)).toHaveLength(1);
  expect((await user.status()).streams).toHaveLength(0);
});
