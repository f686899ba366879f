// Tabs of one scope over one database, one table of locks, one bus and one server; time moves when a test says so.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import { createCache, type CacheDeps } from '../../src/cache/cache.ts';
import { toConfig, type CacheConfig } from '../../src/cache/cache-configs.ts';
import type { Cache, Cached, Fetcher } from '../../src/cache/contract.ts';
import type { Bus, Visibility } from '../../src/platform/ports.ts';
import { cacheNames } from '../../src/scope/cache-names.ts';
import { openHttpCache, type CacheBounds } from '../../src/store/http-cache.ts';
import { reopenStore, wipeStore } from '../../src/store/wipe.ts';
import { createFaultyIndexedDb, type FaultyIndexedDb } from '../support/faulty-indexed-db.ts';
import { createLockTable, type LockContext } from '../support/lock-table.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { POLICY } from '../../src/core/policy.ts';
import { forever, realClock } from '../store/indexed-db-harness.ts';

export const SCOPE = { id: '0123456789abcdef', baseUrl: 'https://wash.example', tenant: 't1', user: 'u1', feed: '' };
export const NAME = `holdfast:${SCOPE.id}:store`;

export interface Tab {
  readonly cache: Cache;
  readonly locks: LockContext;
  /** Where this tab is looked at, and what happens to it. */
  look(event: Parameters<Parameters<Visibility['onChange']>[0]>[0], isVisible?: boolean): void;
  /** Watches a key; the states it went through are collected. */
  watch(key: string, fetcher: Fetcher<unknown>, config?: Partial<CacheConfig>): { readonly now: () => Cached<unknown>; readonly end: () => void };
}

export interface World {
  readonly faulty: FaultyIndexedDb;
  readonly logged: string[];
  tab(change?: Partial<CacheDeps>): Tab;
  advance(ms: number): Promise<void>;
  /** Rows of the store, by key. */
  rows(): Promise<Map<string, unknown>>;
  edit(change: (store: IDBObjectStore) => void): Promise<void>;
  wipe(): Promise<void>;
  /** One more look at the disk than a tab's own. */
  open(bounds?: CacheBounds): ReturnType<typeof openHttpCache>;
}

/** A database as a first sign-in and start leave it. */
export async function createWorld(): Promise<World> {
  const faulty = createFaultyIndexedDb();
  vi.stubGlobal('indexedDB', faulty.indexedDB);
  const deps = { indexedDB: faulty.indexedDB, clock: realClock, policy: POLICY };
  await wipeStore(deps, NAME, { nowMs: 1, unsent: 'discard' }, forever);
  await reopenStore(deps, NAME, { scope: SCOPE, nowMs: 2 }, forever);
  const timeline = createTimeline();
  const table = createLockTable();
  const buses = new Set<(message: unknown) => void>();
  const logged: string[] = [];
  const bounds: CacheBounds = { maxEntries: 1_000, maxBytes: 10_000_000 };
  const open = (other = bounds) => openHttpCache({ clock: realClock, policy: POLICY, name: NAME, scope: SCOPE, bounds: other });

  function tab(change: Partial<CacheDeps> = {}): Tab {
    const clock = timeline.clock();
    const locks = table.context();
    const looks = new Set<(event: Parameters<Tab['look']>[0]) => void>();
    let isVisible = true;
    const own = new Set<(message: unknown) => void>();
    const bus: Bus = {
      post: (message) => {
        for (const listener of buses) if (!own.has(listener)) setImmediate(() => listener(structuredClone(message)));
      },
      listen: (listener) => void (own.add(listener), buses.add(listener)),
    };
    const log = { error: (text: string, facts = {}) => void logged.push(`${text} ${JSON.stringify(facts)}`), info: () => {}, debug: () => {} };
    const visibility: Visibility = { isVisible: () => isVisible, onChange: (listener) => void looks.add(listener) };
    const cache = createCache({
      ...{ clock, locks, log, bus, visibility, scope: SCOPE, random: { id: () => 'r', number: () => 1 }, openDisk: () => open() },
      net: { fetch: () => Promise.reject(new TypeError('no network')) },
      lockName: cacheNames(SCOPE).revalidation,
      ...change,
    });
    return {
      cache,
      locks,
      look(event, visible = true) {
        isVisible = visible;
        for (const listener of looks) listener(event);
      },
      watch(key, fetcher, config) {
        const topic = cache.watch(key, fetcher, { ...toConfig({ refreshInterval: 0 }), ...config });
        return { now: topic.getSnapshot, end: topic.subscribe(() => {}) };
      },
    };
  }

  return {
    faulty,
    logged,
    tab,
    open,
    async advance(ms) {
      await idle();
      timeline.advance(ms);
      await idle();
    },
    async rows() {
      const found = new Map<string, unknown>();
      await edit((store) => {
        const request = store.openCursor();
        request.addEventListener('success', () => {
          const cursor = request.result;
          if (!cursor) return;
          found.set(cursor.key as string, cursor.value);
          cursor.continue();
        });
      });
      return found;
    },
    edit,
    wipe: () => wipeStore(deps, NAME, { nowMs: 3, unsent: 'discard' }, forever).then(() => undefined),
  };

  function edit(change: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = faulty.indexedDB.open(NAME);
      request.addEventListener('success', () => {
        const tx = request.result.transaction('http-cache', 'readwrite');
        change(tx.objectStore('http-cache'));
        tx.addEventListener('complete', () => (request.result.close(), resolve()));
        tx.addEventListener('abort', () => reject(tx.error ?? new Error('aborted')));
      });
    });
  }
}

/** fake-indexeddb answers by immediates: after some dozens nothing is on its way. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A browser without any database. */
export function emptyFactory(): IDBFactory {
  return new IDBFactory();
}

/** Answers 1, 2, 3, ... and counts. */
export function counter(): { readonly fetcher: Fetcher<number>; readonly asked: () => number } {
  let asked = 0;
  return { fetcher: () => Promise.resolve((asked += 1)), asked: () => asked };
}
