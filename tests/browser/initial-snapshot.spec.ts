// A page that its server rendered: a device without data goes on from the cursor that came with it. The judge is what the server was asked for.
import { documentsOf, expectSameDocuments, MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

test('[SYD11] with initialSnapshot a new device asks for no snapshot, and follows from its cursor', async ({ stage }) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const user = await server.signIn(MANAGER);
  const { cursor, documents } = await user.snapshot();
  const collections = Object.groupBy(documents, ({ collection }) => collection);
  await user.burst(5);

  const blank = await browser.blank();
  await blank.evaluate(
    async ([email, password, rendered]) => {
      localStorage.setItem('rendered', rendered);
      await fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email, password }) });
    },
    [MANAGER, PASSWORD, JSON.stringify({ cursor, collections })] as const,
  );
  const tab = await browser.open('first');
  await waitForLabel(tab, 'Live');
  await waitForSeq(tab, (await user.status()).head);
  await expectSameDocuments(tab, documentsOf(await user.snapshot()));
  expect(proxy.records.filter((record) => record.k === 'W.req' && record.path.startsWith('/api/v1/sync/snapshot'))).toEqual([]);
  expect(await tab.page.evaluate(() => window.harness.errors)).toEqual([]);
});
