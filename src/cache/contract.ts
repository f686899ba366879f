// The cache of one scope, as hooks and applications use it. Answers are shown at once from what is kept, and brought up to date behind that
// (stale-while-revalidate); one tab asks for all.
import type { Topic } from '../client/topic.ts';
import type { CacheConfig } from './cache-configs.ts';

/** What somebody who watches a key is shown. */
export interface Cached<T> {
  /** The newest that is known, however old; undefined before anything is. */
  readonly data: T | undefined;
  /** Why the last attempt failed; undefined once one succeeded. `data` stays. */
  readonly error: Error | undefined;
  /** Nothing is known yet, and it is being asked for. */
  readonly isLoading: boolean;
  readonly isValidating: boolean;
  /** When the shown data was asked for, wall clock; null before any. */
  readonly updatedAt: number | null;
}

export type Fetcher<T> = (key: string) => Promise<T>;

/** Which keys: these (`orders-123` stands for `orders-123:...` too), or those that match. */
export type Which = readonly string[] | RegExp;

export interface CacheStats {
  /** Answers that are kept with an ETag. */
  readonly etagCount: number;
  readonly entries: number;
  /** Length of what is kept as text: on disk where it is, else in memory. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly memoryBytes: number;
  /** Reads that were answered from what is kept: of a key, or of a URL by a 304. */
  readonly hits: number;
  /** Reads that had to wait for the whole answer of a server. */
  readonly misses: number;
  readonly hitRate: number;
  /** Questions that went to a server, and how many of them it answered with 304. */
  readonly asked: number;
  readonly notModified: number;
  /** Questions that were not asked, because another tab had just brought the answer. */
  readonly shared: number;
  /** Let go to stay within the bounds. */
  readonly evicted: number;
  readonly refused: number;
  readonly notKept: number;
  readonly full: number;
  /** False = in this page's memory only; `storage` says why. */
  readonly isDurable: boolean;
  readonly storage: string | null;
}

export interface Cache {
  /** Follows a key for as long as somebody subscribes: shown from what is kept, asked for where it is stale. */
  watch<T>(key: string, fetcher: Fetcher<T>, config: CacheConfig): Topic<Cached<T>>;
  /** Once: fresh from what is kept; stale too, and asked for behind it; else the server's. Fails as the fetcher does. */
  get<T>(key: string, fetcher: Fetcher<T>, config: CacheConfig): Promise<T>;
  /** Asks now, whatever is kept. */
  refresh<T>(key: string, fetcher: Fetcher<T>): Promise<T>;
  /** Shows `data` under the key in all tabs. */
  set(key: string, data: unknown): Promise<void>;
  /** JSON of a URL, with If-None-Match where an answer is kept. See fetcherWithETag. */
  fetchJson<T>(url: string, options?: RequestInit): Promise<T>;
  /** The same as a fetcher: it answers behind a read that is counted already. */
  readonly ofUrl: Fetcher<unknown>;
  /** Out of date: asked for again where somebody watches, in any tab, and at its next use elsewhere. */
  invalidate(which: Which): Promise<void>;
  /** As `invalidate`, on the word of an event that every tab hears for itself: they ask once for all. `event` null = a reset of the log. */
  heard(event: string | null, which: Which): void;
  /** The connection is back: what wants to know asks again; with `isFirst` only what has failed so far. */
  reconnected(isFirst?: boolean): void;
  /** Forgets everything, on disk and in all tabs; what is watched is asked for anew. */
  clear(): Promise<void>;
  stats(): CacheStats;
  /** Forgets everything of this page and answers nothing any more: its scope was logged out. */
  end(): void;
}
