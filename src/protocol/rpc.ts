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
  /** A page met rows that can't be read: the engine looks for itself, and where that is so it begins anew. */
  inspect(): Promise<void>;
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
  /** The engine follows one that was found silent: it takes the outbox from it, and `conn` where engines queue for that, instead of waiting. */
  readonly isStealing: boolean;
  /** `bearer`: the engine asks pages for tokens. */
  readonly auth: 'cookie' | 'bearer';
  /** Overrides of `core/policy`, by name; tests scale beats with it, applications set retention. */
  readonly policy: Readonly<Record<string, unknown>>;
  /** A snapshot that the page was given by its server, in the shape of that answer: used in place of the first that the engine would ask for. */
  readonly seed?: unknown;
}

/** A page to its own worker: give up what you hold, settle what is under way, and say that it is over. */
export interface HostOrder {
  readonly v: number;
  readonly k: 'retire';
}

/** The only word of a dedicated worker to its page: its engine is over, and why. Everything else goes over the bus. */
export interface HostNews {
  readonly v: number;
  readonly k: 'over';
  readonly end: EngineEnd;
}

/** Why an engine ended; `logged-out` is the one after which nobody starts another. */
export type EngineEnd = 'asked' | 'fenced' | 'handed-over' | 'logged-out' | 'store-lost';

const ENDS: readonly string[] = ['asked', 'fenced', 'handed-over', 'logged-out', 'store-lost'] satisfies EngineEnd[];

export function decodeHostOrder(value: unknown): HostOrder | null {
  return isObject(value) && value['v'] === PROTOCOL_VERSION && value['k'] === 'retire' ? { v: PROTOCOL_VERSION, k: 'retire' } : null;
}

export function decodeHostNews(value: unknown): HostNews | null {
  if (!isObject(value) || value['v'] !== PROTOCOL_VERSION || value['k'] !== 'over') return null;
  const { end } = value;
  // An end that this build doesn't know is still an end.
  return { v: PROTOCOL_VERSION, k: 'over', end: typeof end === 'string' && ENDS.includes(end) ? (end as EngineEnd) : 'asked' };
}

export function decodeHostInit(value: unknown): HostInit | null {
  if (!isObject(value) || value['v'] !== PROTOCOL_VERSION || value['k'] !== 'init') return null;
  const { device, isDurable, host, isStealing, auth, policy, seed } = value;
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
    ...(seed !== undefined && { seed }),
  };
}

function decodeScope(value: unknown): HostInit['scope'] | null {
  if (!isObject(value)) return null;
  const { id, baseUrl, tenant, user, feed } = value;
  const isWhole = [id, baseUrl, tenant, user, feed].every((part) => typeof part === 'string');
  return isWhole ? (value as unknown as HostInit['scope']) : null;
}
