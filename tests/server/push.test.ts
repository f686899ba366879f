// Push to a service of our own that reads what arrives as a browser would: who is told of a ready car, how it is encrypted, and what a gone browser means.
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { decodePushMessage } from '../../src/protocol/push.ts';
import { LIMITS } from '../../server/limits.ts';
import { createPushSender, oldestOfLargest } from '../../server/push/push-sender.ts';
import { createLogger } from '../../server/log.ts';
import { isPushService } from '../../server/push/push-services.ts';
import { createSubscriptionStore, SUBSCRIBED } from '../../server/push/subscription-store.ts';
import { DELETED_BEFORE } from '../../server/store/document-store.ts';
import { openVapidKeys } from '../../server/push/vapid-keys.ts';
import { signedIn, start, temporaryFolder, type Client } from './harness.ts';

const SCOPE = '0123456789abcdef';

interface Arrival {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function pushService(statusOf: (path: string) => number = () => 201) {
  const arrivals: Arrival[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    arrivals.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(statusOf(request.url ?? '')).end();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { arrivals, origin };
}

/** The browser's half: keys of its own, and RFC 8291 backwards. */
function browser() {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  const auth = randomBytes(16);
  const hkdf = (salt: Buffer, secret: Buffer, info: Buffer, length: number) => {
    const key = createHmac('sha256', salt).update(secret).digest();
    return createHmac('sha256', key)
      .update(Buffer.concat([info, Buffer.of(1)]))
      .digest()
      .subarray(0, length);
  };
  return {
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    decrypt(body: Buffer): unknown {
      const [salt, keyLength] = [body.subarray(0, 16), body.readUInt8(20)];
      const sender = body.subarray(21, 21 + keyLength);
      const secret = hkdf(auth, ecdh.computeSecret(sender), Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender]), 32);
      const key = hkdf(salt, secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
      const nonce = hkdf(salt, secret, Buffer.from('Content-Encoding: nonce\0'), 12);
      const sealed = body.subarray(21 + keyLength);
      const decipher = createDecipheriv('aes-128-gcm', key, nonce);
      decipher.setAuthTag(sealed.subarray(-16));
      const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
      return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
    },
  };
}

async function subscribe(client: Client, endpoint: string, keys = browser().keys): Promise<number> {
  return (await client.send('POST', '/api/v1/push/subscriptions', { endpoint, keys, scope: SCOPE }, { 'sync-device': 'd1' })).status;
}

async function makeReady(client: Client, bay = 'bay-1'): Promise<string> {
  const { id } = await client.order({ plate: 'CAR 7710', customer: { name: 'Chamari', phone: '0770001122' } });
  const move = (body: object) => client.send('POST', `/api/v1/orders/${id}/stage`, body);
  expect((await move({ stage: 'in_progress', bayId: bay })).status).toBe(200);
  expect((await move({ stage: 'ready' })).status).toBe(200);
  return id;
}

test('[NTF1] a ready car is told to the others who asked for it, encrypted for each browser and signed by this server, with no word about the customer', async () => {
  const service = await pushService();
  const server = await start({ push: { services: [service.origin], subject: 'mailto:ops@wash.example' } });
  const [boss, worker, south] = [signedIn(server), signedIn(server, 'worker'), signedIn(server, 'manager', 'south')];
  const mine = browser();
  expect(await subscribe(worker, `${service.origin}/worker`, mine.keys)).toBe(204);
  expect(await subscribe(boss, `${service.origin}/doer`)).toBe(204);
  expect(await subscribe(south, `${service.origin}/south`)).toBe(204);
  const orderID = await makeReady(boss);
  await expect.poll(() => service.arrivals.length).toBe(1);
  const [arrival] = service.arrivals;
  if (!arrival) throw new Error('nothing came');
  expect(arrival.path).toBe('/worker');
  expect(arrival.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '1800', urgency: 'normal' });
  expect(arrival.body.toString('latin1')).not.toMatch(/CAR|7710|Aqua/);
  const message = mine.decrypt(arrival.body);
  expect(decodePushMessage(message)).toEqual({ scope: SCOPE, orderID, title: 'CAR 7710 is ready', body: 'Aqua' });
  expect(JSON.stringify(message)).not.toMatch(/Chamari|0770001122|1900/);
  expect(arrival.body.length).toBeLessThan(1_000);

  const { publicKey } = await boss.json<{ publicKey: string }>('/api/v1/push/key');
  const [, token = '', key] = /^vapid t=([^,]+), k=(.+)$/.exec(arrival.headers.authorization ?? '') ?? [];
  expect(key).toBe(publicKey);
  const [head = '', claims = '', signature = ''] = token.split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ aud: service.origin, sub: 'mailto:ops@wash.example' });
  const point = Buffer.from(publicKey, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  const signer = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  expect(verify('sha256', Buffer.from(`${head}.${claims}`), signer, Buffer.from(signature, 'base64url'))).toBe(true);
});

test('[NTF2] a browser that is gone (404, 410) is forgotten; one that can not be reached now is tried once more and kept', async () => {
  const gone = new Set(['/gone', '/lost']);
  const service = await pushService((path) => (path === '/gone' ? 410 : path === '/lost' ? 404 : 201));
  const server = await start({ push: { services: [service.origin] } });
  const [boss, worker] = [signedIn(server), signedIn(server, 'worker')];
  for (const path of [...gone, '/alive']) expect(await subscribe(worker, service.origin + path)).toBe(204);
  await makeReady(boss);
  await expect.poll(() => service.arrivals.length).toBe(3);
  const left = () => server.store.db.all('SELECT endpoint FROM push_subscriptions').map((row) => row['endpoint']);
  await expect.poll(left).toEqual([`${service.origin}/alive`]);
  await makeReady(boss, 'bay-2');
  await expect.poll(() => service.arrivals.length).toBe(4);
});

test('[SRV5] a subscription that can not be deleted, because the database takes no writes, costs a line in the log', async () => {
  const service = await pushService(() => 410);
  const errors: string[] = [];
  const log = createLogger('error', (line) => errors.push(line));
  const server = await start({ push: { services: [service.origin] }, log });
  expect(await subscribe(signedIn(server, 'worker'), `${service.origin}/gone`)).toBe(204);
  server.store.db.run("CREATE TRIGGER full BEFORE DELETE ON push_subscriptions BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");
  await makeReady(signedIn(server));
  await expect.poll(() => errors.filter((line) => line.includes('push failed'))).toHaveLength(1);
});

test('[NTF3] nobody is told after log-out, after being shut out, or as somebody else on the same browser', async () => {
  const service = await pushService();
  const server = await start({ push: { services: [service.origin] } });
  const [boss, worker, kiosk] = [signedIn(server), signedIn(server, 'worker'), signedIn(server, 'kiosk')];
  await subscribe(worker, `${service.origin}/out`);
  await subscribe(kiosk, `${service.origin}/shut`);
  await subscribe(signedIn(server, 'worker'), `${service.origin}/taken`);
  await subscribe(boss, `${service.origin}/taken`);
  expect((await worker.send('DELETE', '/api/v1/session')).status).toBe(204);
  expect((await boss.send('PATCH', '/api/v1/users/kiosk', { isDisabled: true })).status).toBe(200);
  const again = signedIn(server, 'worker');
  await subscribe(again, `${service.origin}/here`);
  await subscribe(again, `${service.origin}/ended`);
  expect((await again.send('DELETE', '/api/v1/push/subscriptions', { endpoint: `${service.origin}/ended` })).status).toBe(204);
  await makeReady(boss);
  await expect.poll(() => service.arrivals.map(({ path }) => path)).toEqual(['/here']);
});

test('[NTF4] the keys are made once, beside the database, for its owner alone; a file without them stops the start', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'push-keys.json');
  const dbFile = join(folder, 'test.sqlite');
  const first = await start({ dbFile });
  const { publicKey } = await signedIn(first).json<{ publicKey: string }>('/api/v1/push/key');
  await first.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ publicKey });
  const second = await start({ dbFile, prepare: async () => {} });
  expect(await signedIn(second).json('/api/v1/push/key')).toEqual({ publicKey });
  await second.close();
  writeFileSync(file, '{}');
  await expect(start({ dbFile, prepare: async () => {} })).rejects.toThrow(/holds no push keys/);
  expect(existsSync(file)).toBe(true);
});

test('[NTF5] only addresses of push services are posted to, and a subscription that can not be used is refused by name', async () => {
  for (const known of ['https://fcm.googleapis.com/fcm/send/x', 'https://updates.push.services.mozilla.com/wpush/v2/x', 'https://web.push.apple.com/x'])
    expect(isPushService(known, [])).toBe(true);
  for (const other of [
    'http://fcm.googleapis.com/x',
    'https://fcm.googleapis.com.evil.example/x',
    'https://fcm.googleapis.com:8443/x',
    'https://u@fcm.googleapis.com/x',
    'https://127.0.0.1/x',
    'https://evilpush.apple.com.example/x',
    'file:///etc/passwd',
    '',
  ])
    expect(isPushService(other, ['https://push.example'])).toBe(false);
  expect(isPushService('https://push.example/x', ['https://push.example'])).toBe(true);
  const boss = signedIn(await start());
  const { keys } = browser();
  for (const [body, field] of [
    [{ endpoint: 'http://169.254.169.254/latest', keys, scope: SCOPE }, 'endpoint'],
    [{ endpoint: 'https://fcm.googleapis.com/x', keys: { ...keys, auth: 'short' }, scope: SCOPE }, 'keys.auth'],
    [{ endpoint: 'https://fcm.googleapis.com/x', keys, scope: '../../etc' }, 'scope'],
  ] as const) {
    const answer = await boss.send('POST', '/api/v1/push/subscriptions', body);
    expect([answer.status, (await answer.json()).field]).toEqual([422, field]);
  }
});

test('[NTF5] an address that is not allowed any more is kept and not posted to', async () => {
  const service = await pushService();
  const dbFile = join(temporaryFolder(), 'test.sqlite');
  const before = await start({ dbFile, push: { services: [service.origin] } });
  expect(await subscribe(signedIn(before, 'worker'), `${service.origin}/x`)).toBe(204);
  await before.close();
  const server = await start({ dbFile, prepare: async () => {} });
  const boss = signedIn(server);
  await makeReady(boss);
  const { shed } = await boss.json<{ shed: { pushesRefused: number } }>('/api/v1/status');
  expect([shed.pushesRefused, service.arrivals, server.store.db.all('SELECT user FROM push_subscriptions')]).toEqual([1, [], [{ user: 'worker' }]]);
});

test('[NTF3] a subscription goes with its session and with the access of its user, and who is asked for is found by keys', async () => {
  const { store } = await start();
  const subscriptions = createSubscriptionStore(store.db);
  const now = Date.now();
  const put = (user: string, sessionId: string | null) =>
    subscriptions.put(
      { tenant: 'north', user, sessionId, device: 'd' },
      { endpoint: `https://push.example/${user}/${sessionId}`, keys: browser().keys, scope: SCOPE },
      now,
    );
  const idOf = (user: string) => {
    store.sessions.open('north', user, now);
    return String(store.db.get('SELECT token FROM sessions WHERE user = ?', user)?.['token']);
  };
  const [worker, kiosk] = [idOf('worker'), idOf('kiosk')];
  for (const [user, session] of [
    ['worker', worker],
    ['worker', null],
    ['kiosk', kiosk],
  ] as const)
    put(user, session);
  const left = () => store.db.all('SELECT endpoint FROM push_subscriptions').length;
  expect([left(), subscriptions.of('north', null, now).length, subscriptions.of('north', null, now + LIMITS.sessionMs).length]).toEqual([3, 3, 0]);
  store.db.run("UPDATE users SET token_at = ? WHERE id = 'worker'", now + 60_000);
  expect(subscriptions.of('north', null, now + LIMITS.sessionMs).map(({ endpoint }) => endpoint)).toEqual(['https://push.example/worker/null']);
  store.sessions.close(kiosk);
  expect(left()).toBe(2);
  store.sessions.forget(now + LIMITS.sessionMs, 100);
  expect(left()).toBe(1);
  store.users.setDisabled('north', 'worker', true);
  expect(left()).toBe(0);
  const plan = (sql: string, ...values: (string | number)[]) => store.db.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => String(row['detail']));
  expect(plan(SUBSCRIBED, 'north', '', now, now, 500).filter((step) => step.startsWith('SCAN'))).toEqual([]);
  expect(plan(DELETED_BEFORE, now, 500)).toEqual(['SEARCH documents USING INDEX documents_deleted (updated_at<?)']);
});

test('[BND1] messages for push services that do not answer: two thousand wait, older ones of the tenant with most go and are counted', async () => {
  const hanging = createServer(() => {});
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const life = new AbortController();
  onTestFinished(() => {
    life.abort();
    hanging.closeAllConnections();
    hanging.close();
  });
  const endpoint = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/x`;
  const { keys } = browser();
  const server = await start();
  const orderID = await makeReady(signedIn(server));
  const record = server.store.log.ofOrder('north', orderID, null, 1)[0];
  if (!record) throw new Error('The order has no record');
  const subscriptions = {
    of: () => Array.from({ length: 500 }, () => ({ endpoint, keys, scope: SCOPE, user: 'u' })),
    put: () => {},
    remove: () => true,
    drop: () => {},
  };
  const sender = createPushSender(
    {
      subscriptions,
      isAllowed: () => true,
      documents: server.store.documents,
      keys: openVapidKeys(null),
      subject: 'mailto:a@b.example',
      log: createLogger('silent', () => {}),
      now: Date.now,
    },
    life.signal,
  );
  for (let times = 0; times < 6; times++) sender.hear('north', record);
  expect(sender.counts.shed).toBe(3_000 - LIMITS.pushQueue - LIMITS.pushesAtOnce);
  const queued = (...tenants: string[]) => oldestOfLargest(tenants.map((tenant) => ({ tenant })));
  expect([queued('south', 'north', 'north'), queued('north', 'north', 'south', 'south', 'south'), queued('north')]).toEqual([1, 2, 0]);
});
