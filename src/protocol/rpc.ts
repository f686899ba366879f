// What a page may ask of an engine. Callback-free; every call is answered within its deadline or fails with `host/gone`.
// Reading over RPC is for stores that no page can open itself (memory); with a database pages read the disk.
import type { Beat } from './frame.ts';
import { isObject } from './json.ts';
import { PROTOCOL_VERSION } from './version.ts';

export interface EngineApi {
  /** Asks for a connection if there is none: a stop by the server, an open breaker or missing sign-in is tried again. */
  connect(): void;
  /** Ends the stream, if any, and opens a new one now (never inside a Retry-After). */
  reconnect(): void;
  /** How the engine stands. */
  health(): Beat;
  /** One call of the store's LogReader, by name; arguments and answer are its own. */
  read(method: 'read' | 'history' | 'collection' | 'documents', argument: unknown): Promise<unknown>;
}

/** What a page tells a SharedWorker over its port, once: whose engine to start. The port carries nothing else. */
export interface HostInit {
  readonly v: number;
  readonly k: 'init';
  readonly scope: { readonly id: string; readonly baseUrl: string; readonly tenant: string; readonly user: string; readonly feed: string };
  readonly device: string;
  /** False = memory only (`enablePersistence={false}`). */
  readonly isDurable: boolean;
  /** Overrides of `core/policy`, by name; tests scale beats with it, applications set retention. */
  readonly policy: Readonly<Record<string, unknown>>;
}

export function decodeHostInit(value: unknown): HostInit | null {
  if (!isObject(value) || value['v'] !== PROTOCOL_VERSION || value['k'] !== 'init') return null;
  const { scope, device, isDurable, policy } = value;
  if (!isObject(scope) || typeof device !== 'string') return null;
  const { id, baseUrl, tenant, user, feed } = scope;
  if (typeof id !== 'string' || typeof baseUrl !== 'string' || typeof tenant !== 'string' || typeof user !== 'string' || typeof feed !== 'string') return null;
  return {
    v: PROTOCOL_VERSION,
    k: 'init',
    scope: { id, baseUrl, tenant, user, feed },
    device,
    isDurable: isDurable !== false,
    policy: isObject(policy) ? policy : {},
  };
}
