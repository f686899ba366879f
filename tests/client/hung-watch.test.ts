// The warning of a hung engine: until its lock says that it is gone, and never where no lock could say so.
import { expect, test } from 'vitest';
import { watchHung } from '../../src/client/link/hung-watch.ts';
import type { SyncError } from '../../src/core/sync-error.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable } from '../support/lock-table.ts';

const names = scopeNames({ id: 's' });

function createHealth() {
  const shown = new Set<string>();
  const warn = ({ code }: SyncError) => (shown.add(code), () => void shown.delete(code));
  return { shown, warn };
}

test('[TKO5] health warns of a hung engine until its lock is free', async () => {
  const table = createLockTable();
  const hung = table.context();
  await new Promise<void>((held) => void hung.request(names.alive('old'), {}, async () => (held(), new Promise(() => {}))).catch(() => {}));
  const { shown, warn } = createHealth();
  const watched = watchHung({ locks: table.context(), names, warn }, 'old', new AbortController().signal);
  await Promise.resolve();
  expect([...shown]).toEqual(['host/hung']);
  hung.crash();
  await watched;
  expect([...shown]).toEqual([]);
});

test('[TKO5] without locks nobody knows whether an engine hangs or died: nothing is said', async () => {
  const { shown, warn } = createHealth();
  await watchHung({ locks: null, names, warn }, 'old', new AbortController().signal);
  expect([...shown]).toEqual([]);
});
