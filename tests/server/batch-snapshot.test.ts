// The two JSON answers of the sync endpoints: a batch tells what a stream would, a snapshot is one state at one cursor.
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { foldChange, type StoredDocument, documentKey } from '../../src/core/document.ts';
import { parseCursor } from '../../src/protocol/cursor.ts';
import { decodeEvent } from '../../src/protocol/batch-event.ts';
import type { SyncEvent } from '../../src/protocol/event.ts';
import type { Snapshot } from '../../src/protocol/http.ts';
import { decodeSnapshot } from '../../src/protocol/snapshot.ts';
import { cursorAt, emit, signedIn, start, type Client } from './harness.ts';

interface BatchBody {
  readonly events: SyncEvent[];
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly pollAfterMs: number;
}

const batchOf = (client: Client, cursor: string, query = '') =>
  client.json<BatchBody>(`/api/v1/sync/events?lastEventId=${cursor}${query}`, { accept: 'application/json' });

async function pollAll(client: Client, from: string, query = ''): Promise<SyncEvent[]> {
  const events: SyncEvent[] = [];
  for (let cursor = from; ;) {
    const batch = await batchOf(client, cursor, query);
    events.push(...batch.events);
    cursor = batch.cursor;
    if (!batch.hasMore) return events;
  }
}

describe('batch', () => {
  test('[BAT1] tells the same events in the same chain as a stream, 500 at a time', async () => {
    const server = await start();
    const client = signedIn(server);
    await client.order();
    emit(server, 'north', 1_300);
    const from = cursorAt(server, 'north', 0);
    const first = await batchOf(client, from);
    expect(first.events).toHaveLength(500);
    expect(first).toMatchObject({ hasMore: true, pollAfterMs: 0, cursor: cursorAt(server, 'north', 500) });
    const polled = await pollAll(client, from);
    const streamed = await (await client.stream(`?lastEventId=${from}`)).events(1_301);
    expect(polled).toEqual(streamed.map((message) => message.data));
    expect(polled.every((event) => typeof decodeEvent(event, { maxDepth: 64, maxIdLength: 128 }) === 'object')).toBe(true);
  });

  test('[BAT1] a filtered batch moves its cursor over what it leaves out, and says when there is more to read', async () => {
    const server = await start();
    const client = signedIn(server);
    emit(server, 'north', 6_000);
    emit(server, 'north', 2, 'order_updated');
    const from = cursorAt(server, 'north', 0);
    const first = await batchOf(client, from, '&eventTypes=order_updated');
    expect(first).toMatchObject({ events: [], hasMore: true, cursor: cursorAt(server, 'north', 5_000) });
    const found = await pollAll(client, from, '&eventTypes=order_updated');
    expect(found.map((event) => parseCursor(event.id)?.seq)).toEqual([6_001, 6_002]);
    expect(found[0]?.prev).toBe(cursorAt(server, 'north', 5_000));
    expect(found[1]?.prev).toBe(found[0]?.id);
  });

  test('[BAT2] nothing new is 200 with an empty list; 304 is for those who ask with If-None-Match', async () => {
    const server = await start();
    const client = signedIn(server);
    emit(server, 'north', 3);
    const cursor = cursorAt(server, 'north', 3);
    const path = `/api/v1/sync/events?lastEventId=${cursor}`;
    const answer = await client.get(path, { accept: 'application/json' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ events: [], cursor, hasMore: false, pollAfterMs: 3_000 });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('vary')).toContain('Accept');
    const etag = String(answer.headers.get('etag'));
    expect((await client.get(path, { accept: 'application/json', 'if-none-match': etag })).status).toBe(304);
    emit(server, 'north', 1);
    expect((await client.get(path, { accept: 'application/json', 'if-none-match': etag })).status).toBe(200);
  });

  test('[BAT2] a poller without a cursor begins at the head', async () => {
    const server = await start();
    emit(server, 'north', 3);
    const batch = await signedIn(server).json('/api/v1/sync/events', { accept: 'application/json' });
    expect(batch).toEqual({ events: [], cursor: cursorAt(server, 'north', 3), hasMore: false, pollAfterMs: 3_000 });
  });
});

describe('snapshot', () => {
  test('[SNP1] is one state at one cursor: whoever goes on from it by events arrives where the server is', async () => {
    const server = await start();
    const client = signedIn(server);
    const orders = await Promise.all([1, 2, 3, 4].map((at) => client.order({ plate: `P ${at}`, customer: { name: 'N', phone: '1' } })));
    const snapshots: Snapshot[] = [];
    let isBusy = true;
    const busy = (async () => {
      for (const [at, { id }] of orders.entries()) {
        await client.send('PATCH', `/api/v1/orders/${id}`, { notes: 'n' });
        if (at < 3) await client.send('POST', `/api/v1/orders/${id}/stage`, { stage: 'in_progress', bayId: `bay-${at + 1}` });
        await client.send('POST', `/api/v1/orders/${id}/payment`, { method: 'cash' });
        // On a busy machine as well some snapshots fall between the writes.
        for (const taken = snapshots.length; snapshots.length === taken;) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })().finally(() => (isBusy = false));
    while (isBusy) snapshots.push(await client.snapshot());
    await busy;
    await client.send('POST', `/api/v1/orders/${orders[3]?.id}/stage`, { stage: 'cancelled' });
    await client.send('DELETE', `/api/v1/orders/${orders[3]?.id}`);
    const end = await client.snapshot();
    const expected = new Map(end.documents.map((document) => [documentKey(document.collection, document.id), [document.version, document.doc]]));
    expect(new Set(snapshots.map((snapshot) => snapshot.cursor)).size).toBeGreaterThan(2);
    for (const snapshot of snapshots) {
      expect(decodeSnapshot(snapshot)).toEqual(snapshot);
      const documents = new Map(
        snapshot.documents.map((document): [string, StoredDocument] => [
          documentKey(document.collection, document.id),
          { ...document, seq: 0, staleFor: null },
        ]),
      );
      for (const event of await pollAll(client, snapshot.cursor)) {
        for (const change of event.changes) {
          const key = documentKey(change.collection, change.id);
          documents.set(key, foldChange(documents.get(key), change, 0));
        }
      }
      expect([...documents.values()].filter((document) => document.staleFor !== null)).toEqual([]);
      const living = [...documents].filter(([, document]) => document.doc !== null).map(([key, document]) => [key, [document.version, document.doc]]);
      expect(new Map(living as [string, [number, object]][])).toEqual(expected);
    }
  });

  test('[SNP2] holds the collections that the role sees, and no other', async () => {
    const server = await start();
    await signedIn(server).order({ customer: { name: 'Chamari', phone: '+94 00 1' } });
    const collectionsOf = async (role: 'manager' | 'worker' | 'kiosk' | 'display') => {
      const { documents } = await signedIn(server, role).snapshot();
      return [...new Set(documents.map((document) => document.collection))];
    };
    expect(await collectionsOf('manager')).toEqual(['orders', 'queues', 'bays', 'drivers', 'payments', 'customers', 'services']);
    expect(await collectionsOf('worker')).toEqual(['orders', 'queues', 'bays', 'drivers', 'payments', 'customers', 'services']);
    expect(await collectionsOf('kiosk')).toEqual(['orders', 'queues', 'bays']);
    expect(await collectionsOf('display')).toEqual(['queues']);
  });

  test('[SNP3] single documents by ids, what is gone or hidden as missing, at most 100', async () => {
    const server = await start();
    const manager = signedIn(server);
    const { id, paymentId } = await manager.order();
    const ids = `orders:${id},payments:${paymentId},bays:bay-9,unicorns:1`;
    const seen = await manager.json<Snapshot>(`/api/v1/sync/snapshot?ids=${ids}`);
    expect(seen.documents).toMatchObject([
      { collection: 'orders', id, version: 1 },
      { collection: 'payments', id: paymentId, version: 1 },
    ]);
    expect(seen.missing).toEqual([
      { collection: 'bays', id: 'bay-9' },
      { collection: 'unicorns', id: '1' },
    ]);
    expect(seen.cursor).toBe(cursorAt(server, 'north', 1));
    const kiosk = await signedIn(server, 'kiosk').json<Snapshot>(`/api/v1/sync/snapshot?ids=${ids}`);
    expect(kiosk.missing.map((name) => name.collection)).toEqual(['payments', 'bays', 'unicorns']);
    const south = await signedIn(server, 'manager', 'south').json<Snapshot>(`/api/v1/sync/snapshot?ids=orders:${id}`);
    expect(south).toMatchObject({ documents: [], missing: [{ collection: 'orders', id }] });
    for (const bad of ['', 'orders', 'orders:', ':1', `orders:${'x'.repeat(129)}`, Array.from({ length: 101 }, (_, at) => `orders:${at}`).join(',')]) {
      const answer = await manager.get(`/api/v1/sync/snapshot?ids=${bad}`);
      expect([bad.slice(0, 20), answer.status, (await answer.json()).field]).toEqual([bad.slice(0, 20), 400, 'ids']);
    }
  });

  test('[SNP4] is gzipped when accepted and tagged with its cursor', async () => {
    const server = await start();
    const client = signedIn(server);
    for (let at = 0; at < 5; at++) await client.order();
    const { headers, body } = await raw(server.url, client.cookie);
    expect(headers['content-encoding']).toBe('gzip');
    const snapshot: Snapshot = JSON.parse(gunzipSync(body).toString());
    expect(headers['etag']).toBe(`"${snapshot.cursor}"`);
    const plain = await client.get('/api/v1/sync/snapshot', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await client.get('/api/v1/sync/snapshot', { 'if-none-match': `"${snapshot.cursor}"` })).status).toBe(304);
    await client.order();
    expect((await client.get('/api/v1/sync/snapshot', { 'if-none-match': `"${snapshot.cursor}"` })).status).toBe(200);
  });
});

/** fetch unpacks by itself and hides that it did. */
function raw(url: string, cookie: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const get = request(`${url}/api/v1/sync/snapshot`, { headers: { cookie, 'accept-encoding': 'gzip' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
    });
    get.on('error', reject);
    get.end();
  });
}
