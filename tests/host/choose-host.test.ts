import { expect, test } from 'vitest';
import { chooseHost, nextHost, type Abilities } from '../../src/host/choose-host.ts';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/27.2 Safari/605.1.15';
const IPAD = 'Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:160.0) Gecko/20100101 Firefox/160.0';
const all: Abilities = { hasSharedWorker: true, hasWorker: true, hasLocks: true, userAgent: CHROME };

test('[CHO1] a SharedWorker where there is one that can be trusted, else an elected page, else that page itself', () => {
  expect(chooseHost('auto', all)).toEqual({ kind: 'shared', reason: 'best' });
  expect(chooseHost('auto', { ...all, userAgent: FIREFOX })).toEqual({ kind: 'shared', reason: 'best' });
  expect(chooseHost('auto', { ...all, hasSharedWorker: false })).toEqual({ kind: 'elected', reason: 'no-shared-worker' });
  for (const userAgent of [SAFARI, IPAD]) expect(chooseHost('auto', { ...all, userAgent })).toEqual({ kind: 'elected', reason: 'known-bad' });
  expect(chooseHost('auto', { ...all, hasSharedWorker: false, hasWorker: false })).toEqual({ kind: 'inline', reason: 'no-worker' });
});

test('[CHO1] a wish is granted where the browser can, and is no wish where it cannot', () => {
  for (const kind of ['shared', 'elected', 'inline'] as const) expect(chooseHost(kind, all)).toEqual({ kind, reason: 'asked' });
  expect(chooseHost('shared', { ...all, hasSharedWorker: false })).toEqual({ kind: 'elected', reason: 'no-shared-worker' });
  expect(chooseHost('elected', { ...all, hasWorker: false })).toEqual({ kind: 'shared', reason: 'best' });
});

test('[CHO2] without locks a SharedWorker leads; without it, or where it can not be started, pages take turns', () => {
  const plain = { ...all, hasLocks: false };
  expect(chooseHost('elected', plain)).toEqual({ kind: 'shared', reason: 'insecure-context' });
  expect(chooseHost('auto', { ...plain, hasSharedWorker: false })).toEqual({ kind: 'inline', reason: 'insecure-context' });
  expect(nextHost('shared', plain)).toEqual({ kind: 'inline', reason: 'insecure-context' });
  expect(nextHost('inline', plain)).toBeNull();
});

test('[CHO3] after a place that could not be started comes the next best, and after the last none', () => {
  expect(nextHost('shared', all)).toEqual({ kind: 'elected', reason: 'shared-worker-failed' });
  expect(nextHost('shared', { ...all, hasWorker: false })).toEqual({ kind: 'inline', reason: 'no-worker' });
  expect(nextHost('elected', all)).toEqual({ kind: 'inline', reason: 'worker-failed' });
  expect(nextHost('inline', all)).toBeNull();
});
