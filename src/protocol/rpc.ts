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
  /** Keeps what the user of this device chose, over sessions; `polling` ends the stream, `auto` dials again. */
  prefer(preferences: Preferences): Promise<void>;
  /** How the engine stands. */
  health(): Beat;
  /** One call of the store's LogReader, by name; arguments and answer are its own. */
  read(method: 'read' | 'history' | 'collection' | 'documents', argument: unknown): Promise<unknown>;
}

/** Kept in the scope's database, changed by a person in the settings. */
export interface Preferences {
  readonly transport: 'auto' | 'polling';
}

/** Where an engine runs. */
export type HostKind = 'shared' | 'elected' | 'inline';

/** What a page tells a worker over its port, once: whose engine to start. The port carries nothing else. */
export interface HostInit {
  readonly v: number;
  readonly k: 'init';
  readonly scope: { readonly id: string; readonly baseUrl: string; readonly tenant: string; readonly user: string; readonly feed: string };
  readonly device: string;
  /** False = memory only (`enablePersistence={false}`). */
  readonly isDurable: boolean;
  /** `elected`: the page holds `conn` for its worker, whose engine leads at once. */
  readonly host: HostKind;
  /** The engine takes `conn` from a holder that was found silent instead of queueing for it. */
  readonly isStealing: boolean;
  /** `bearer`: the engine asks pages for tokens. */
  readonly auth: 'cookie' | 'bearer';
  /** Overrides of `core/policy`, by name; tests scale beats with it, applications set retention. */
  readonly policy: Readonly<Record<string, unknown>>;
}

export function decodeHostInit(value: unknown): HostInit | null {
  if (!isObject(value) || value['v'] !== PROTOCOL_VERSION || value['k'] !== 'init') return null;
  const { device, isDurable, host, isStealing, auth, policy } = value;
  const scope = decodeScope(value['scope']);
  if (!scope || typeof device !== 'string') return null;
  return {
    v: PROTOCOL_VERSION,
    k: 'init',
    scope,
    device,
    isDurable: isDurable !== false,
    host: host === 'elected' || host === 'inline' ? host : 'shared',
    isStealing: isStealing === true,
    auth: auth === 'bearer' ? 'bearer' : 'cookie',
    policy: isObject(policy) ? policy : {},
  };
}

function decodeScope(value: unknown): HostInit['scope'] | null {
  if (!isObject(value)) return null;
  const { id, baseUrl, tenant, user, feed } = value;
  const isWhole = [id, baseUrl, tenant, user, feed].every((part) => typeof part === 'string');
  return isWhole ? (value as unknown as HostInit['scope']) : null;
}
