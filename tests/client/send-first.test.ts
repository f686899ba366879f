// Before a log-out: what is on its way is given a moment, what waits for a person is not waited for.
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { sendFirst } from '../../src/client/session/send-first.ts';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import { stepEntry, type EntryInput } from '../../src/core/entry.ts';
import { POLICY } from '../../src/core/policy.ts';
import { toEntry } from '../../src/outbox/append.ts';
import { createScope } from '../../src/scope/create-scope.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { openOutboxRows } from '../../src/store/outbox-rows.ts';
import { realClock } from '../store/indexed-db-harness.ts';

Object.assign(globalThis, { IDBKeyRange });
const scope = createScope({ baseUrl: 'http://here', tenant: 't', user: 'u', feed: '' });
const RESULT = { code: null, detail: null, field: null, expected: null, current: null, ackVersion: 1, ackCursor: null, retryAfterMs: null };

/** A device with one entry, and a drain that does `inputs` with it when it is asked to look. */
async function device(inputs: readonly EntryInput[]) {
  const indexedDB = new IDBFactory();
  const life = new AbortController();
  const rows = await openOutboxRows({ indexedDB, clock: realClock, policy: POLICY, name: scopeNames(scope).database }, life.signal);
  const entry = await rows.append(toEntry({ method: 'POST', path: '/x' }, { scope: scope.id, id: 'e1', now: 1 }), ENTRY_POLICY);
  const said: unknown[] = [];
  const openBus = () => ({
    listen: () => {},
    post(message: unknown) {
      said.push(message);
      void rows.change([entry], (found) => found.map((one) => inputs.reduce((now, input) => stepEntry(now, input, 2), one)));
    },
  });
  return { said, run: (ms: number) => sendFirst({ platform: { clock: realClock, openBus }, policy: POLICY, indexedDB }, scope, ms) };
}

const send: EntryInput = { type: 'send', since: null };

test('[OUT2] asks for the sending of what waits, and goes on when it is sent', async () => {
  const { said, run } = await device([send, { type: 'answered', attempt: 1, runNo: 1, answer: { ...RESULT, status: 200 } }]);
  const began = performance.now();
  await run(60_000);
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(said).toMatchObject([{ k: 'outbox', why: 'wake' }]);
});

test('[OUT2] does not wait for what only a person can decide', async () => {
  const { run } = await device([send, { type: 'answered', attempt: 1, runNo: 1, answer: { ...RESULT, status: 422 } }]);
  const began = performance.now();
  await run(60_000);
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('[OUT2] gives up after its time where nothing goes out', async () => {
  const { said, run } = await device([]);
  const began = performance.now();
  await run(300);
  // Timers may come a moment early.
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(said).toMatchObject([{ k: 'outbox', why: 'wake' }]);
});
