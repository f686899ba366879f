// Code that a start does not need: what happens until it is there, and where it does not come.
import { expect, it } from 'vitest';
import type * as Later from '../../src/engine/later.ts';
import type * as ReaderCode from '../../src/transport/sse-reader.ts';
import { status, until } from './connection-harness.ts';
import { harness, isAt, reached, report, server, start } from './connection-stage.ts';

it('[NET10] code that can not be loaded is said, asks nobody, and is tried again until it is there', async () => {
  server.everything(status(500));
  let isThere = false;
  await start({ isSynced: true, later: () => (isThere ? import('../../src/engine/later.ts') : Promise.reject(new TypeError('Failed to fetch'))) });
  await until(() => report().error?.['code'] === 'net/offline');
  expect([report().state, server.requests('stream'), server.requests('poll')]).toEqual(['reconnecting', 1, 0]);
  isThere = true;
  await isAt('polling_fallback', 'error');
  expect(report().error).toMatchObject({ code: 'net/server' });
  server.heal();
  await isAt('connected');
});

it('[NET10] a device that never synced waits for the code as well, and what was asked meanwhile counts', async () => {
  const code = Promise.withResolvers<typeof Later>();
  await start({ later: () => code.promise });
  harness.connection.input({ type: 'prefer', transport: 'polling' });
  expect([report().state, server.times.length]).toEqual(['connecting', 0]);
  code.resolve(await import('../../src/engine/later.ts'));
  await isAt('polling_fallback');
  expect(server.requests('stream')).toBe(0);
});

it('[NET10] events behind a hello that waits for the code are read when it is there, on the same stream', async () => {
  const code = Promise.withResolvers<typeof Later>();
  server.script.head = 3;
  await start({ isSynced: true, later: () => code.promise });
  harness.connection.input({ type: 'prefer', transport: 'auto' });
  await until(() => server.requests('stream') === 1);
  await new Promise((done) => setTimeout(done, 150));
  code.resolve(await import('../../src/engine/later.ts'));
  await until(() => reached() === 3);
  expect([server.requests('stream'), harness.counters.totals()['notAdmitted']]).toEqual([1, undefined]);
});

it('[NET10] code that reads streams and can not be loaded is said, asks for no stream; polls go on, and a stream comes when it is there', async () => {
  let isThere = false;
  server.script.head = 2;
  await start({ isSynced: true, loadReader: () => (isThere ? import('../../src/transport/sse-reader.ts') : Promise.reject(new TypeError('Failed to fetch'))) });
  await until(() => report().error !== null);
  expect(report()).toMatchObject({
    state: 'reconnecting',
    reason: 'offline',
    error: { code: 'net/offline', message: expect.stringContaining('part of this application') },
  });
  await until(() => reached() === 2);
  expect(server.requests('stream')).toBe(0);
  isThere = true;
  await isAt('connected');
  expect(report().error).toBeNull();
});

it('[NET10] a stream whose code is on its way is read from its first byte when it is there', async () => {
  const code = Promise.withResolvers<typeof ReaderCode>();
  server.script.head = 3;
  await start({ isSynced: true, loadReader: () => code.promise, policy: { helloMs: 20_000 } });
  await until(() => server.requests('stream') === 1);
  await new Promise((done) => setTimeout(done, 150));
  expect([reached(), report().state]).toEqual([0, 'connecting']);
  code.resolve(await import('../../src/transport/sse-reader.ts'));
  await until(() => reached() === 3);
  expect(server.requests('stream')).toBe(1);
});

it('[NET10] code that never comes and never fails makes a stream mute, which is noticed', async () => {
  await start({ isSynced: true, loadReader: () => new Promise(() => {}) });
  await isAt('polling_fallback');
  expect(server.requests('stream')).toBeGreaterThanOrEqual(3);
});
