// How long answers count as fresh, and when they are asked for again: the four kinds of data that the documents name. All times in ms.

export interface CacheConfig {
  /** Younger answers are shown without asking the server. Older ones are shown too, while the server is asked. */
  readonly ttl: number;
  readonly revalidateOnFocus: boolean;
  readonly revalidateOnReconnect: boolean;
  /** Asked again this long after the last answer, while a page that shows it is looked at; 0 = never. */
  readonly refreshInterval: number;
  /** Attempts after a failed one, while somebody shows it. */
  readonly errorRetryCount: number;
  /** Before the first of them; doubled by each. */
  readonly errorRetryInterval: number;
  /** Questions within this time of an answer get that answer. */
  readonly dedupingInterval: number;
}

/** A kind by its name, or numbers of one's own over those of `standard`. */
export type CacheWish = CacheKind | Partial<CacheConfig>;
export type CacheKind = keyof typeof cacheConfigs;

export const cacheConfigs = {
  /** For what is asked often. */
  fast: {
    ttl: 30_000,
    revalidateOnFocus: true,
    revalidateOnReconnect: true,
    refreshInterval: 30_000,
    errorRetryCount: 2,
    errorRetryInterval: 1_000,
    dedupingInterval: 1_000,
  },
  standard: {
    ttl: 300_000,
    revalidateOnFocus: true,
    revalidateOnReconnect: true,
    refreshInterval: 300_000,
    errorRetryCount: 3,
    errorRetryInterval: 5_000,
    dedupingInterval: 2_000,
  },
  /** For what hardly changes. */
  slow: {
    ttl: 1_800_000,
    revalidateOnFocus: false,
    revalidateOnReconnect: true,
    refreshInterval: 1_800_000,
    errorRetryCount: 3,
    errorRetryInterval: 5_000,
    dedupingInterval: 5_000,
  },
  /** For live data where events do not say that it changed. */
  realtime: {
    ttl: 5_000,
    revalidateOnFocus: true,
    revalidateOnReconnect: true,
    refreshInterval: 5_000,
    errorRetryCount: 1,
    errorRetryInterval: 1_000,
    dedupingInterval: 500,
  },
} as const satisfies Readonly<Record<string, CacheConfig>>;

/** `CACHE_TTL` of the build (scripts/build-stamps.ts); who builds an application otherwise need not know of it. 0 = not given. */
declare const __CACHE_TTL_MS__: number | undefined;
const BUILT_TTL_MS = typeof __CACHE_TTL_MS__ === 'undefined' ? 0 : __CACHE_TTL_MS__;

/** What a question that names no kind gets: `standard`, for as long as `builtTtlMs` says where it says anything. */
export function toConfig(wish?: CacheWish, builtTtlMs: number = BUILT_TTL_MS): CacheConfig {
  if (typeof wish === 'string') return cacheConfigs[wish];
  const { standard } = cacheConfigs;
  return { ...standard, ttl: builtTtlMs || standard.ttl, ...wish };
}
