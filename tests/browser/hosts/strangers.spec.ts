// Whose session it is: somebody else signs in under the feet of a tab. The tab parks, sends nothing, drops nothing, and goes on when its own user is back.
import { dumpDatabases, readScope } from '../../support/disk-reader.ts';
import { expect, test } from '../../support/browser-test.ts';
import { deliveredTo, documentsIn, MANAGER, OTHER_MANAGER, waitForLabel, waitForSeq } from '../../support/page-probes.ts';
import { PASSWORD } from '../../support/rest-user.ts';

test("[SCP8] on another person's session a tab parks: nothing is sent, nothing dropped, and it goes on from its place when its own user is back", async ({
  stage,
}) => {
  const server = await stage.server();
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const tabs = [await browser.openAs('a', MANAGER), await browser.open('b')];
  for (const tab of tabs) await waitForLabel(tab, 'Live');
  const [first = never()] = tabs;
  const [user, other] = [await server.signIn(MANAGER), await server.signIn(OTHER_MANAGER)];
  const blank = await browser.blank();
  const { head } = await user.status();
  const documents = await documentsIn(first);
  const disk = await readScope(blank, 'dilani');

  // Another application of this origin signs somebody else in: the browser has one cookie, the tabs know nothing of it.
  const signIn = (email: string) =>
    blank.evaluate(
      async (body) => (await fetch('/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status,
      JSON.stringify({ email, password: PASSWORD }),
    );
  expect(await signIn(OTHER_MANAGER)).toBe(200);
  await first.page.evaluate(() => window.harness.sync.reconnect());
  for (const tab of tabs) await waitForLabel(tab, 'Sign in again');
  expect(await first.page.evaluate(() => window.harness.health.error?.code)).toBe('identity/mismatch');
  const asked = () => proxy.records.filter((record) => (record.k === 'W.req' || record.k === 'W.open') && record.path.includes('/sync/')).length;
  const parkedAt = asked();
  await user.burst(15);
  await other.burst(15);
  expect(asked(), 'requests of a parked engine').toBe(parkedAt);
  expect(await documentsIn(first)).toEqual(documents);
  expect(await deliveredTo(first)).toEqual([]);
  expect((await readScope(blank, 'dilani')).snap.cursor).toEqual(disk.snap.cursor);
  expect(JSON.stringify(await dumpDatabases(blank))).not.toMatch(/ruwan|kandy/);
  expect((await other.status()).streams).toEqual([]);

  await first.page.evaluate(([who, word]) => window.harness.signIn(who, word), [MANAGER, PASSWORD] as const);
  for (const tab of tabs) {
    await waitForLabel(tab, 'Live');
    await waitForSeq(tab, head + 15);
    expect(await deliveredTo(tab)).toEqual(Array.from({ length: 15 }, (_, at) => head + 1 + at));
  }
});

function never(): never {
  throw new Error('There is no such tab');
}
