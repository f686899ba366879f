// A manager changes a role, a password or the access of a user, and whoever works under the old standing feels it at once.
import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, isOutdated, isPassword } from '../../server/auth/password.ts';
import { PASSWORD, signedIn, start } from './harness.ts';

const signIn = (url: string, password: string) => fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ email: 'worker@north', password }) });

test('[USR1] a manager sees the users of the own tenant, without what would sign them in', async () => {
  const answer = await signedIn(await start()).json<{ users: unknown[] }>('/api/v1/users');
  expect(answer.users).toHaveLength(4);
  expect(answer.users[3]).toEqual({ user: 'worker', name: 'The worker', role: 'worker', isDisabled: false, signsInHere: true });
  expect(JSON.stringify(answer)).not.toMatch(/scrypt|@north/);
});

test('[USR1] another role resyncs the open streams of that user, and its cursors from before are not continued', async () => {
  const server = await start();
  const [manager, worker] = [signedIn(server), signedIn(server, 'worker')];
  await manager.order();
  const stream = await worker.stream();
  const { cursor } = (await stream.next('connected')).data;
  const answer = await manager.send('PATCH', '/api/v1/users/worker', { role: 'display' });
  expect(await answer.json()).toMatchObject({ user: 'worker', role: 'display' });
  expect((await stream.next('resync')).data).toEqual({ reason: 'permissions' });
  expect(await worker.json(`/api/v1/sync/events?lastEventId=${cursor}`, { accept: 'application/json' })).toEqual({ resync: { reason: 'permissions' } });
  const snapshot = await worker.snapshot();
  expect(new Set(snapshot.documents.map(({ collection }) => collection))).toEqual(new Set(['queues']));
  expect((await worker.get('/api/v1/orders')).status).toBe(403);
});

test('[USR1] a new password and a closed account end sessions and streams', async () => {
  const server = await start();
  const manager = signedIn(server);
  for (const [fields, status] of [
    [{ password: 'another long one' }, 401],
    [{ isDisabled: true }, 401],
  ] as const) {
    const worker = signedIn(server, 'worker');
    const stream = await worker.stream();
    await stream.next('connected');
    expect((await manager.send('PATCH', '/api/v1/users/worker', fields)).status).toBe(200);
    await stream.ended;
    expect((await worker.get('/api/v1/session')).status).toBe(status);
    expect((await signIn(server.url, PASSWORD)).status).toBe(401);
  }
  await manager.send('PATCH', '/api/v1/users/worker', { isDisabled: false });
  expect((await signIn(server.url, 'another long one')).status).toBe(200);
});

test('[USR1] what makes no sense is refused with its field, and changes nothing', async () => {
  const manager = signedIn(await start());
  const bad: [string, object, number, string][] = [
    ['worker', { role: 'emperor' }, 422, 'role'],
    ['worker', { password: 'short' }, 422, 'password'],
    ['worker', { name: 'x' }, 422, 'name'],
    ['worker', {}, 422, 'body'],
    ['manager', { role: 'worker' }, 422, 'role'],
    ['manager', { isDisabled: true }, 422, 'role'],
  ];
  for (const [user, body, status, field] of bad) {
    const answer = await manager.send('PATCH', `/api/v1/users/${user}`, body);
    expect([user, body, answer.status, (await answer.json()).field]).toEqual([user, body, status, field]);
  }
  expect((await manager.send('PATCH', '/api/v1/users/nobody', { role: 'worker' })).status).toBe(404);
  expect(await manager.json('/api/v1/users')).toMatchObject({ users: [{}, {}, { role: 'manager', isDisabled: false }, { role: 'worker' }] });
});

test('[SES5] a hash of older parameters signs in, and is replaced then', async () => {
  const server = await start();
  const salt = Buffer.alloc(16, 7);
  const key = scryptSync(PASSWORD, salt, 32, { N: 16_384, r: 8, p: 1 });
  const old = ['scrypt', 16_384, 8, salt.toString('base64url'), key.toString('base64url')].join('$');
  server.store.users.setPassword('north', 'worker', old);
  expect([isOutdated(old), await isPassword(PASSWORD, old), await isPassword('wrong', old)]).toEqual([true, true, false]);
  expect((await signIn(server.url, PASSWORD)).status).toBe(200);
  const now = server.store.users.findByEmail('worker@north')?.passwordHash ?? '';
  expect([now === old, isOutdated(now)]).toEqual([false, false]);
  expect((await signIn(server.url, PASSWORD)).status).toBe(200);
});

test('[SES5] only so many passwords are looked at at once: the rest is asked to come back', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 30 }, () => hashPassword('x')));
  const refused = tries.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(6);
  expect(refused[0]?.reason).toMatchObject({ code: 'server/busy', extra: { retryAfter: 2 } });
});
