// The price list as documents: there from the first snapshot on, for those who take orders in, and followed by devices when it changes.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeService } from '../../src/domain/decode-documents.ts';
import { parseCursor } from '../../src/protocol/cursor.ts';
import { SERVICES, signedIn, start, temporaryFolder } from './harness.ts';

const WASH = { id: 'wash', code: 'wash', name: 'Wash', minutes: 20, drying: true, price: 1_900, currency: 'LKR' };

test('[PRL1] the price list is a collection of who may take orders in, before a branch has any order', async () => {
  const server = await start();
  const list = await signedIn(server, 'worker', 'south').get('/api/v1/services');
  const { documents, cursor } = await list.json();
  expect(documents.map(({ doc }: { doc: unknown }) => doc)).toContainEqual(WASH);
  expect(documents.every(({ doc }: { doc: unknown }) => decodeService(doc) !== null)).toBe(true);
  expect([documents.length, parseCursor(cursor)?.seq]).toEqual([SERVICES.length, 0]);
  const headers = { 'if-none-match': list.headers.get('etag') ?? '' };
  expect((await signedIn(server, 'manager', 'south').get('/api/v1/services', headers)).status).toBe(304);
  for (const role of ['kiosk', 'display'] as const) {
    expect((await signedIn(server, role).get('/api/v1/services')).status).toBe(403);
    expect((await signedIn(server, role).snapshot()).documents.filter(({ collection }) => collection === 'services')).toEqual([]);
  }
});

test('[PRL2] another list at a start is one event with what is new, dearer or gone; the same list is none', async () => {
  const dbFile = join(temporaryFolder(), 'test.sqlite');
  const first = await start({ dbFile });
  await signedIn(first).order();
  const before = await signedIn(first).snapshot();
  await first.close();
  const again = { dbFile, prepare: async () => {} };
  const same = await start(again);
  expect((await signedIn(same).snapshot()).cursor).toBe(before.cursor);
  await same.close();
  const wax = { code: 'wax', name: 'Wax', minutes: 35, drying: true, price: 6_200 };
  const dearer = await start({ ...again, services: [{ ...WASH, price: 2_100 }, wax] });
  const [manager, kiosk] = [signedIn(dearer), signedIn(dearer, 'kiosk')];
  const query = `?lastEventId=${before.cursor}`;
  const [event] = await (await manager.stream(query)).events(1);
  expect(event).toMatchObject({ type: 'services_updated', data: { orderID: null, actor: null, data: {} } });
  expect(event?.data.changes).toEqual([
    { collection: 'services', id: 'wash', version: 2, doc: { ...WASH, price: 2_100 } },
    { collection: 'services', id: 'wax', version: 1, doc: { id: 'wax', ...wax, currency: 'LKR' } },
    { collection: 'services', id: 'chassis', version: 2, doc: null },
  ]);
  const checkpoint = await (await kiosk.stream(query)).next('checkpoint');
  expect(checkpoint.id).toBe(event?.id);
  await dearer.close();
  const back = await start(again);
  const { documents } = await signedIn(back).snapshot();
  expect(documents.find(({ id }) => id === 'chassis')).toMatchObject({ collection: 'services', version: 3 });
});
