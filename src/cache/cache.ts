// The cache of one scope, put together: what is kept, who asks, what is watched, and what tabs tell each other.
import { SyncError } from '../core/sync-error.ts';
import type { Bus, Clock, Locks, Log, Net, Random, Visibility } from '../platform/ports.ts';
import type { Scope } from '../scope/scope.ts';
import type { CacheBounds, HttpCache } from '../store/http-cache.ts';
import type { Kept } from '../store/http-cache-rows.ts';
import { createAsking } from './asking.ts';
import { createCells, isFresh } from './cells.ts';
import type { CacheConfig } from './cache-configs.ts';
import type { Cache, CacheStats, Fetcher, Which } from './contract.ts';
import { ask, toQuestion, type Question } from './etag-request.ts';
import { createKeeping } from './keeping.ts';
import { decodeCacheMessage, matcher, type CacheMessage } from './which.ts';

/** Of a scope on disk: the documents promise less than 10 MB. */
export const DISK_BOUNDS: CacheBounds = { maxEntries: 1_000, maxBytes: 10_000_000 };
/** Of a page. */
const MEMORY_BOUNDS: CacheBounds = { maxEntries: 200, maxBytes: 2_000_000 };
/** One answer is not to push out all others. */
const ENTRY_BYTES = 1_000_000;
const GATHER_MS = 50;
const MOST_NAMES = 2_000;

export interface CacheDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly net: Net;
  readonly log: Log;
  readonly locks: Locks | null;
  readonly visibility: Visibility | null;
  /** Null = nobody is signed in: memory alone, and nothing is shared. */
  readonly scope: Scope | null;
  /** Between tabs of the scope; null where there is none. */
  readonly bus: Bus | null;
  readonly lockName: (key: string) => string;
  readonly openDisk: (() => Promise<HttpCache>) | null;
  readonly memory?: CacheBounds;
  readonly disk?: CacheBounds;
}

export function createCache(deps: CacheDeps): Cache {
  const { clock, log, scope, bus } = deps;
  const life = new AbortController();
  const { signal } = life;
  const memory = deps.memory ?? MEMORY_BOUNDS;
  const counts = { hits: 0, misses: 0, notModified: 0, requests: 0 };
  const counted = (isHit: boolean): void => void (isHit ? (counts.hits += 1) : (counts.misses += 1));
  const keeping = createKeeping({ clock, log, openDisk: deps.openDisk, memory, entryBytes: ENTRY_BYTES, closed: end }, signal);
  const post = (message: CacheMessage): void => bus?.post(message);
  const asking = createAsking(
    { clock, locks: scope ? deps.locks : null, keeping, lockName: deps.lockName, stored: (key) => post({ v: 1, k: 'stored', key }) },
    signal,
  );
  const cells = createCells(
    {
      ...{ clock, random: deps.random, keeping, asking, counted },
      isVisible: () => deps.visibility?.isVisible() ?? true,
      handlerFailed: (error) => log.error('A listener of the cache failed', { error: String(error) }),
    },
    signal,
  );
  /** Questions of the same kind that are on their way. */
  const flights = new Map<string, Promise<unknown>>();

  function end(): void {
    keeping.clearHere();
    life.abort();
  }

  function hear(value: unknown): void {
    const message = decodeCacheMessage(value);
    if (message?.k === 'cleared') {
      keeping.clearHere();
      cells.cleared();
    } else if (message) {
      const named = message.k === 'stored' ? (key: string) => key === message.key : ofKeys(message.which);
      if (message.k === 'stale') asking.invalidated(named, clock.now());
      keeping.forget(named, message.k);
      cells.look(named);
    }
  }
  bus?.listen(hear, signal);
  let wasHidden = false;
  deps.visibility?.onChange((event) => {
    // A page that loads is told that it is visible: what it shows is fresh, or asked for anyway.
    if (event === 'resumed' || (event === 'visible' && wasHidden)) cells.wake('focus');
    if (event === 'visible' || event === 'hidden') wasHidden = event === 'hidden';
    if (event === 'online' || event === 'restored') cells.wake('reconnect');
  }, signal);

  async function markStale(which: Which, cause: string | null): Promise<void> {
    const named = ofKeys(which);
    const at = clock.now();
    asking.invalidated(named, at);
    await keeping.markStale(named, at, cause);
    cells.look(named);
  }

  /** Names that events of the last moments have touched, and the newest of those events: one look at the disk for all. */
  let waiting: { event: string; readonly names: Set<string> } | null = null;

  function gather(event: string, names: readonly string[]): void {
    if (!waiting) clock.after(GATHER_MS, flush);
    waiting ??= { event, names: new Set() };
    waiting.event = event;
    for (const name of names) waiting.names.add(name);
    // So many are as good as all.
    if (waiting.names.size > MOST_NAMES) flush();
  }

  function flush(): void {
    const [due, all] = [waiting, (waiting?.names.size ?? 0) > MOST_NAMES];
    waiting = null;
    if (due && !signal.aborted) void markStale(all ? /^/ : [...due.names], due.event);
  }

  async function get<T>(key: string, fetcher: Fetcher<T>, config: CacheConfig): Promise<T> {
    const name = `k:${key}`;
    const kept = await keeping.read(name);
    const asked = (): Promise<T> => asking.ask(name, () => fetcher(key), config.dedupingInterval).then(({ value }) => value as T);
    if (!kept) {
      counted(false);
      return asked();
    }
    counted(true);
    // What fails behind an answer that was given is seen by the next who asks.
    if (!isFresh(kept, config, clock.now())) asked().catch(() => {});
    return kept.value as T;
  }

  async function exchange(question: Question, name: string, isRead: boolean): Promise<unknown> {
    const known = question.isPrivate ? (keeping.peek(name) ?? null) : await keeping.read(name);
    const at = clock.now();
    if (isRead) counts.requests += 1;
    const answer = await ask(deps, question, known?.etag ?? null);
    if (answer.kind === 'same') {
      if (!known) throw new SyncError('net/answer', 'The server says that nothing has changed, and nothing is kept here.', { details: { status: 304 } });
      if (isRead) counted(true);
      counts.notModified += 1;
      return known.value;
    }
    if (isRead) counted(false);
    if (answer.etag !== null && !signal.aborted) await keepAnswer(question, name, { value: answer.value, etag: answer.etag, at, staleAt: 0 });
    return answer.value;
  }

  async function keepAnswer({ isPrivate }: Question, name: string, kept: Kept): Promise<void> {
    if (isPrivate) keeping.keepHere(name, kept);
    else if (await keeping.keep(name, kept)) post({ v: 1, k: 'stored', key: name });
  }

  /** `isRead` false: behind a read that is counted already. */
  async function read(url: string, options: RequestInit, isRead: boolean): Promise<unknown> {
    const question = toQuestion(url, options, scope);
    if (question.key === null) return ask(deps, question, null).then((answer) => (answer.kind === 'new' ? answer.value : null));
    const name = `u:${question.key}`;
    // A signal of its own ends one caller's question, not everybody's.
    if (options.signal) return exchange(question, name, isRead);
    const flying = flights.get(name) ?? exchange(question, name, isRead).finally(() => flights.delete(name));
    flights.set(name, flying);
    return flying;
  }

  return {
    watch: (key, fetcher, config) => cells.watch(`k:${key}`, fetcher, config),
    get,
    refresh: (key, fetcher) => asking.ask(`k:${key}`, () => fetcher(key), 0).then(({ value }) => (cells.look((name) => name === `k:${key}`), value as never)),
    async set(key, data) {
      const name = `k:${key}`;
      const at = clock.now();
      if (await keeping.keep(name, { value: data, etag: null, at, staleAt: 0 })) post({ v: 1, k: 'stored', key: name });
      cells.look((known) => known === name);
    },
    fetchJson: <T>(url: string, options: RequestInit = {}) => read(url, options, true) as Promise<T>,
    ofUrl: (url) => read(url, {}, false),
    async invalidate(which) {
      await markStale(which, null);
      post({ v: 1, k: 'stale', which });
    },
    heard(event, which) {
      if (event === null || which instanceof RegExp) void markStale(which, event);
      else gather(event, which);
    },
    reconnected: (isFirst) => cells.wake(isFirst ? 'first' : 'reconnect'),
    async clear() {
      await keeping.clear();
      post({ v: 1, k: 'cleared' });
      cells.cleared();
    },
    stats: (): CacheStats => {
      const { isDurable, why, memory: held, disk, ...let_go } = keeping.figures();
      const { entries, bytes, etags } = isDurable ? disk : held;
      const { hits, misses, notModified, requests } = counts;
      const bounds = isDurable ? (deps.disk ?? DISK_BOUNDS) : memory;
      return {
        ...{ etagCount: etags, entries, bytes, maxBytes: bounds.maxBytes, memoryBytes: held.bytes, hits, misses, hitRate: rateOf(hits, misses) },
        ...{ asked: asking.counts().asked + requests, notModified, shared: asking.counts().shared, ...let_go, isDurable, storage: why },
      };
    },
    end,
  };
}

function ofKeys(which: Which): (key: string) => boolean {
  const matches = matcher(which);
  return (name) => name.startsWith('k:') && matches(name.slice(2));
}

function rateOf(hits: number, misses: number): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}
