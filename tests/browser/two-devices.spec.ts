// Two devices change one order: of two writes over the same version one is done, the other is shown to its person with mine, theirs and what it was,
// and goes out again as that person decides. The server's own count says what was done.
import type { Page } from '@playwright/test';
import type { WriteRequest } from '../../src/core/entry.ts';
import { expect, test } from '../support/browser-test.ts';
import { MANAGER, TENANT } from '../support/page-probes.ts';
import { append, buildOutboxPage, controlWorker, entries, openAs, type BuiltPage } from './outbox-page/device.ts';

let built: BuiltPage;
test.beforeAll(async () => {
  built = await buildOutboxPage();
});
test.afterAll(() => built.remove());

const unsettled = async (page: Page) => (await entries(page)).filter(({ state }) => state === 'waiting' || state === 'sending');

test('[TWO1] two devices change one order at once: one write is done, the other becomes a conflict that its person resolves, and nothing is lost or doubled', async ({
  stage,
}) => {
  const server = await stage.server({ distDir: built.folder });
  const user = await server.signIn(MANAGER);
  const snapshot = await user.snapshot();
  const found = snapshot.documents.find(({ collection }) => collection === 'orders');
  if (!found) throw new Error('The demo has no order');
  const path = `/api/v1/orders/${found.id}`;
  const original = { version: found.version, doc: found.doc };
  const write = (text: string): WriteRequest => ({
    method: 'PATCH',
    path,
    body: { notes: text },
    effect: { collection: 'orders', docId: found.id, patch: { notes: text } },
    original,
    policy: 'manual',
  });

  const devices = [];
  for (const text of ['from one', 'from two']) {
    const browser = await stage.browser(server.url);
    const page = await openAs(browser, server.url, MANAGER);
    const control = await controlWorker(browser, server.url);
    devices.push({ page, control, text, ids: await append(page, [write(text)]) });
  }
  const tag = await devices[0]!.page.evaluate(() => window.page.tag());
  await Promise.all(devices.map(({ control }) => control.sync(tag)));
  for (const { page } of devices) await expect.poll(() => unsettled(page)).toEqual([]);
  expect(server.applies(TENANT).map(({ outcome }) => outcome)).toEqual(['applied', 'conflict']);

  const states = await Promise.all(devices.map(async ({ page }) => (await entries(page))[0]!));
  const loser = states.findIndex(({ state }) => state === 'conflict');
  const [won, lost] = [devices[1 - loser]!, devices[loser]!];
  expect(states[loser]?.original?.doc['notes']).toBe(found.doc['notes']);
  expect(states[loser]?.answer?.current?.doc['notes']).toBe(won.text);
  const decided = await lost.page.evaluate(async (id) => (await window.page.outbox()).resolve(id, 'mine'), lost.ids[0] ?? '');
  expect(decided.did).toBe('sent');
  await lost.control.sync(tag);
  await expect.poll(() => server.applies(TENANT).map(({ outcome }) => outcome)).toEqual(['applied', 'conflict', 'applied']);

  const ours = server.events(TENANT).flatMap(({ mutId }) => mutId ?? []);
  expect(ours).toEqual([won.ids[0], decided.did === 'sent' ? decided.id : '']);
  const now = (await user.snapshot()).documents.find(({ collection, id }) => collection === 'orders' && id === found.id);
  expect([now?.version, now?.doc['notes']]).toEqual([found.version + 2, lost.text]);
});
