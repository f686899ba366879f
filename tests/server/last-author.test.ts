// Whom a conflict names: read from the log, of the tenant's own events alone.
import { expect, test } from 'vitest';
import { decodeProblem } from '../../src/protocol/problem.ts';
import { emit, signedIn, start } from './harness.ts';

test('[WRT14] a conflict names who made the document what it is, as far as the log knows', async () => {
  const server = await start();
  const [boss, worker, kiosk] = [signedIn(server), signedIn(server, 'worker'), signedIn(server, 'kiosk')];
  const { id } = await boss.order();
  const stale = async (path: string, body: object, version = '"1"', client = boss) =>
    decodeProblem(await (await client.send('PATCH', path, body, { 'if-match': version })).json());
  const WORKER = { user: 'worker', name: 'The worker' };
  expect((await worker.send('PATCH', `/api/v1/orders/${id}`, { notes: 'a' })).status).toBe(200);
  await boss.order();
  expect(await stale(`/api/v1/orders/${id}`, { notes: 'b' })).toMatchObject({ code: 'write/stale', current: { version: 2 }, changedBy: WORKER });
  expect((await kiosk.send('PATCH', '/api/v1/bays/bay-1', { state: 'blocked', reason: 'Pump' })).status).toBe(200);
  // Somebody else did the same to another bay since.
  expect((await worker.send('PATCH', '/api/v1/bays/bay-2', { state: 'blocked', reason: 'Hose' })).status).toBe(200);
  expect((await stale('/api/v1/bays/bay-1', { state: 'free' })).changedBy).toEqual({ user: 'kiosk', name: 'The kiosk' });
  // A rule of the domain, over a document that is as it was: still whose it is.
  const move = (bayId: string) => worker.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'in_progress', bayId });
  expect(decodeProblem(await (await move('bay-1')).json())).toMatchObject({ code: 'write/conflict', current: { id }, changedBy: WORKER });
  expect((await stale('/api/v1/drivers/driver-1', { state: 'offline' }, '"7"')).changedBy).toBeUndefined();
  // Another tenant's log tells nothing of this one's.
  expect((await stale('/api/v1/bays/bay-1', { state: 'blocked', reason: 'x' }, '"7"', signedIn(server, 'manager', 'south'))).changedBy).toBeUndefined();
  // A document that is not what the log says: nobody is blamed for it.
  const bay = server.store.documents.get('north', 'bays', 'bay-2')?.doc ?? null;
  server.store.documents.put('north', { collection: 'bays', id: 'bay-2', version: 3, doc: bay }, Date.now());
  expect((await stale('/api/v1/bays/bay-2', { state: 'free' })).changedBy).toBeUndefined();
  emit(server, 'north', 200);
  expect((await stale('/api/v1/bays/bay-1', { state: 'free' })).changedBy).toBeUndefined();
  expect((await stale(`/api/v1/orders/${id}`, { notes: 'b' })).changedBy).toEqual(WORKER);
});
