// What a role sees, by every way there is to see it, signed with a token: the same collections everywhere, and never a name, a plate or an amount of those it doesn't.
import { expect, test } from 'vitest';
import { visibleCollections } from '../../src/domain/visibility.ts';
import type { TokenAnswer } from '../../src/protocol/http.ts';
import { cursorAt, openStream, PASSWORD, ROLES, signedIn, start } from './harness.ts';

interface Change {
  readonly collection: string;
}

test('[ACC4] stream, batch, snapshot, reads and activity show a role the same collections and nothing of the others', async () => {
  const server = await start();
  const boss = signedIn(server);
  const order = await boss.order({ plate: 'QX 7788', customer: { name: 'Kumari Silva', phone: '077 123' } });
  await boss.send('POST', `/api/v1/orders/${order.id}/payment`, { method: 'cash' });
  await boss.send('PATCH', '/api/v1/drivers/driver-1', { state: 'offline' });
  const from = cursorAt(server, 'north', 0);
  for (const role of ROLES) {
    const answer = await fetch(`${server.url}/api/v1/token`, { method: 'POST', body: JSON.stringify({ email: `${role}@north`, password: PASSWORD }) });
    const { accessToken }: TokenAnswer = await answer.json();
    const headers = { authorization: `Bearer ${accessToken}`, 'last-event-id': from };
    const ask = async (path: string) => (await fetch(`${server.url}/api/v1/${path}`, { headers: { ...headers, accept: 'application/json' } })).text();
    const seen = visibleCollections(role);

    const snapshot = await ask('sync/snapshot');
    const inSnapshot = new Set(JSON.parse(snapshot).documents.map(({ collection }: Change) => collection));
    expect([...inSnapshot].filter((name) => !seen.includes(name as never))).toEqual([]);

    const batch = await ask('sync/events');
    const inBatch = new Set(JSON.parse(batch).events.flatMap(({ changes }: { changes: Change[] }) => changes.map(({ collection }) => collection)));
    expect([...inBatch].filter((name) => !seen.includes(name as never))).toEqual([]);

    const stream = await openStream(`${server.url}/api/v1/sync/events`, { ...headers, accept: 'text/event-stream' });
    await stream.events(JSON.parse(batch).events.length);
    const inStream = new Set(stream.messages.flatMap(({ data }) => (data.changes ?? []).map(({ collection }) => collection)));
    expect(inStream).toEqual(inBatch);
    stream.close();

    const reads = await Promise.all(['orders', 'queues', 'bays', 'jobs', 'drivers', 'payments', 'customers', `activity?orderID=${order.id}`].map(ask));
    const everything = [snapshot, batch, stream.raw(), ...reads].join('');
    expect(everything.includes('Kumari')).toBe(seen.includes('customers'));
    expect(everything.includes('"amount":1900')).toBe(seen.includes('payments'));
    expect(everything.includes('QX 7788')).toBe(seen.includes('orders'));
    expect(everything.includes('Gamini')).toBe(seen.includes('drivers'));
  }
});
