// The code that makes a page live comes behind its first picture: what a page is without it, and how it gets it after all.
import { documentsOf, expectSameDocuments, health, lastSeqOf, MANAGER, waitForLabel, waitForSeq } from '../support/page-probes.ts';
import { expect, test } from '../support/browser-test.ts';

test('@extended [LIV5] a page whose live part can not be loaded shows what is on disk and says so; it is live by itself when the part can be loaded again', async ({
  stage,
}) => {
  const server = await stage.server();
  const browser = await stage.browser(server.url);
  const first = await browser.openAs('first', MANAGER);
  await waitForLabel(first, 'Live');
  const user = await server.signIn(MANAGER);
  await user.burst(20);
  const { head } = await user.status();
  await waitForSeq(first, head);
  const truth = documentsOf(await user.snapshot());

  let refused = 0;
  await browser.context().route(/\/assets\/live-[^/]+\.js$/, (route) => {
    refused += 1;
    return route.abort();
  });
  const second = await browser.open('second');
  await expect.poll(() => lastSeqOf(second)).toBe(head);
  await expectSameDocuments(second, truth);
  await expect.poll(() => health(second)).toMatchObject({ status: 'error', label: 'Offline', isConnected: false, reason: 'host/gone' });
  expect(refused).toBeGreaterThan(0);
  await browser.context().unrouteAll();
  await waitForLabel(second, 'Live');
  await user.burst(5);
  await waitForSeq(second, (await user.status()).head);
});
