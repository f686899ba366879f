// The real ports, for pages and workers alike: the only file besides page.ts that touches the browser's globals for time, chance, locks, bus and network.
import type { Bus, Clock, Locks, LockWish, Log, Net, Random } from './ports.ts';

export interface Platform {
  readonly clock: Clock;
  readonly random: Random;
  /** Null where the browser has none (plain http): life is then told by beats alone. */
  readonly locks: Locks | null;
  readonly net: Net;
  readonly log: Log;
  /** Opens the bus of a scope; it closes when `signal` aborts. */
  openBus(name: string, signal: AbortSignal): Bus;
}

export function createBrowserPlatform(): Platform {
  return { clock: browserClock, random: browserRandom, locks: browserLocks(), net: browserNet, log: createConsoleLog(), openBus };
}

const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    // Longer than 2^31-1 ms would fire at once.
    const timer = setTimeout(callback, Math.min(ms, 2_147_483_647));
    return () => clearTimeout(timer);
  },
};

const browserRandom: Random = {
  number: () => Math.random(),
  id: () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
};

const browserNet: Net = { fetch: (url, init) => fetch(url, init) };

function browserLocks(): Locks | null {
  const manager: LockManager | undefined = navigator.locks;
  if (!manager) return null;
  return {
    request: <T>(name: string, wish: LockWish, task: (held: boolean) => Promise<T>) =>
      manager.request(name, { ...wish }, (lock) => task(lock !== null)) as Promise<T>,
    held: async () => (await manager.query()).held?.map(({ name = '' }) => name),
  };
}

function openBus(name: string, signal: AbortSignal): Bus {
  const channel = new BroadcastChannel(name);
  signal.addEventListener('abort', () => channel.close(), { once: true });
  return {
    post(message) {
      if (!signal.aborted) channel.postMessage(message);
    },
    listen(listener, until) {
      channel.addEventListener('message', (event) => listener(event.data), { signal: until });
    },
  };
}

function createConsoleLog(): Log {
  return {
    error: (message, details) => console.error(`[holdfast] ${message}`, details ?? {}),
    info: (message, details) => console.info(`[holdfast] ${message}`, details ?? {}),
    debug: () => {},
  };
}
