// What the browser lends, as the smallest interfaces that our code uses. Each has one real and one fake implementation;
// nothing outside platform/ reaches a global for these, so that a test can give every tab its own clock, bus and network.

/** Time. `now` may jump (people set clocks, machines sleep); `monotonic` never goes back and is what deadlines use. */
export interface Clock {
  /** Wall clock, ms since 1970. */
  now(): number;
  /** Ms since some start; only differences mean anything. */
  monotonic(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface Random {
  /** In [0, 1). */
  number(): number;
  /** 128 random bits, 22 characters or more, safe in a header, a lock name and a URL. */
  id(): string;
}

/** Web Locks, reduced to what we use. Absent on plain http: then `platform.locks` is null. */
export interface Locks {
  /** Runs `task` while holding the lock; rejects AbortError when `signal` aborts before it is granted, or when it is stolen. */
  request<T>(name: string, options: LockWish, task: (held: boolean) => Promise<T>): Promise<T>;
  /** Names of all locks that are held at this moment, by whatever context of this origin; a lock that is held twice is there twice. Absent or undefined = can't be told. */
  held?(): Promise<readonly string[] | undefined>;
}

export interface LockWish {
  readonly signal?: AbortSignal;
  readonly mode?: 'exclusive' | 'shared';
  /** Called with `held = false` at once where somebody else has it. */
  readonly ifAvailable?: boolean;
  readonly steal?: boolean;
}

/** A BroadcastChannel of one scope: what is posted arrives cloned, later, in every other context, and never here. */
export interface Bus {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void, signal: AbortSignal): void;
}

export interface Net {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** Whether anybody looks, and the moments at which the world may have changed. Pages only. */
export interface Visibility {
  isVisible(): boolean;
  onChange(
    /** `cached`: the page goes into the back/forward cache, and `restored` brings it back. */
    listener: (event: 'visible' | 'hidden' | 'online' | 'offline' | 'frozen' | 'resumed' | 'leaving' | 'cached' | 'restored') => void,
    signal: AbortSignal,
  ): void;
}

/** Three levels: error = a developer should look; info = a decision was taken; debug = everything. Never a token, never a document. */
export interface Log {
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
}
