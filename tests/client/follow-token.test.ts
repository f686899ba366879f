// What of an application's tokens is kept on the device, and when not.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { followToken } from '../../src/client/session/follow-token.ts';
import { createPageTokens } from '../../src/client/session/page-tokens.ts';
import { keptToken } from '../../src/store/kept-token.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const QUIET = { error: () => {}, info: () => {}, debug: () => {} };

function setUp(isWanted: boolean) {
  const rows = new Map<string, unknown>();
  const notes = { get: async (key: string) => rows.get(key), set: async (key: string, value: unknown) => void rows.set(key, value) };
  const clock = createVirtualClock();
  let next: () => Promise<string | null> | string | null = () => 'first';
  const tokens = createPageTokens(() => next(), { clock, log: QUIET });
  const life = new AbortController();
  const follow = (wanted = isWanted) => followToken({ tokens, notes, isWanted: wanted, now: clock.now, log: QUIET }, life.signal);
  return { rows, notes, clock, tokens, life, follow, gives: (give: typeof next) => void (next = give), kept: () => keptToken(notes, clock.now()) };
}

test('[BEA9] the newest token is kept where that is wanted, for an hour where it does not say when it ends, until the application has none', async () => {
  const { follow, tokens, gives, kept, clock, life } = setUp(true);
  follow();
  await settle();
  expect(await kept()).toBe('first');
  gives(() => 'second');
  await tokens.renewed('first');
  await settle();
  expect(await kept()).toBe('second');
  clock.advance(3_600_000);
  expect(await kept()).toBeNull();
  gives(() => 'third');
  await tokens.current();
  await settle();
  expect(await kept()).toBe('third');
  // One that fails says nothing about the last one.
  gives(() => Promise.reject(new Error('third')));
  await tokens.current();
  await settle();
  expect(await kept()).toBe('third');
  gives(() => null);
  await tokens.current();
  await settle();
  expect(await kept()).toBeNull();
  life.abort();
  gives(() => 'after');
  await tokens.current();
  await settle();
  expect(await kept()).toBeNull();
});

test('[BEA9] where it is not wanted nothing is kept, and what an earlier page left goes', async () => {
  const { rows, follow, tokens, kept } = setUp(false);
  follow();
  await tokens.current();
  await settle();
  expect([...rows.values()]).toEqual([]);
  follow(true);
  await settle();
  expect(await kept()).toBe('first');
  follow(false);
  await settle();
  expect(JSON.stringify([...rows])).not.toContain('first');
});
