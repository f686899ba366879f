// Wake-ups for polls over the Pusher protocol: on the private channel of its tenant an engine hears that something was committed, never what. It is a hint
// and nothing else: a Pusher that is dead, slow, refuses or lies costs pace at most. The library is loaded where an application is configured, and not before.
import type Pusher from 'pusher-js/worker';
import type { Channel, ChannelAuthorizationHandler, Options } from 'pusher-js/worker';
import { backoffMs } from '../core/backoff.ts';
import { isObject } from '../protocol/json.ts';
import { orAborted } from './abort-race.ts';
import { parseJson } from './body.ts';
import type { StreamTransport } from './contract.ts';
import { createDeadline } from './deadline.ts';
import { exchange, SHARED, TIMEOUT_MS, type RestDeps } from './exchange.ts';
import { identityHeaders } from './request-headers.ts';

type Call = Parameters<NonNullable<StreamTransport['wakeUps']>>;

/** `cluster` null: the server that is polled speaks the protocol itself. */
interface PusherApp {
  readonly key: string;
  readonly cluster: string | null;
}

/** Which application its users' browsers shall use, for a session: `{key, cluster}`, or 204 where there is none. */
const CONFIG_PATH = '/api/pusher/config';
const AUTH_PATH = '/api/pusher/auth';
/** Names of channels have an alphabet of their own; a tenant that it can't write goes without. */
const CHANNEL = /^private-[\w\-=@,.]{1,100}$/;

export interface PusherDeps extends RestDeps {
  /** What the build was told (NEXT_PUBLIC_PUSHER_KEY, NEXT_PUBLIC_PUSHER_CLUSTER); else the server is asked. */
  readonly built?: PusherApp;
  readonly load?: () => Promise<{ readonly default: typeof Pusher }>;
}

/** scripts/build-stamps.ts; who builds an application otherwise need not know of it. */
declare const __PUSHER__: PusherApp | null | undefined;
const BUILT = typeof __PUSHER__ === 'undefined' ? null : __PUSHER__;

/** Listens until `signal` aborts; at once over where there is no application, or its code can't be loaded. Never rejects. */
export async function listenForWakeUps(deps: PusherDeps, ...[request, listener, signal]: Call): Promise<void> {
  const { baseUrl, tenant } = request.identity;
  const channel = `private-${tenant}`;
  if (!CHANNEL.test(channel)) return;
  const ask = createAsk(deps, request, signal);
  const app = deps.built ?? BUILT ?? readApp(await ask(CONFIG_PATH));
  const loaded = app && !signal.aborted ? await (deps.load ?? (() => import('pusher-js/worker')))().catch(() => null) : null;
  if (!app || !loaded || signal.aborted) return;
  const customHandler: ChannelAuthorizationHandler = async ({ socketId }, done) => {
    const auth = (await ask(AUTH_PATH, { socket_id: socketId, channel_name: channel }))?.['auth'];
    if (typeof auth === 'string') done(null, { auth });
    else done(new Error('This channel is not allowed'), null);
  };
  const Library = loaded.default;
  const client = new Library(app.key, {
    ...addressOf(app, baseUrl),
    enabledTransports: ['ws'],
    unavailableTimeout: deps.policy.helloMs,
    channelAuthorization: { transport: 'ajax', endpoint: AUTH_PATH, customHandler },
  });
  const heard = client.subscribe(channel);
  heard.bind_global((event: string) => {
    // What was said before anybody listened may be news, too.
    if (event === SUBSCRIBED) listener.listening(true);
    if (event === SUBSCRIBED || !event.startsWith('pusher:')) listener.nudge();
  });
  await stayConnected(deps, { client, heard, random: request.random, lost: () => listener.listening(false) }, signal);
  // The library keeps whatever it has made.
  Library.instances.splice(Library.instances.indexOf(client), 1);
  Library.Runtime.getNetwork().unbind();
}

interface Life {
  readonly client: Pusher;
  readonly heard: Channel;
  readonly random: () => number;
  readonly lost: () => void;
}

/** Connects again after a pause that grows: the library's own pace is a second, for ever. */
async function stayConnected({ clock, policy }: PusherDeps, { client, heard, random, lost }: Life, signal: AbortSignal): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    const since = clock.monotonic();
    await over(client, heard, signal);
    client.disconnect();
    lost();
    if (clock.monotonic() - since > policy.breakerOpenMs) failures = 1;
    const ms = backoffMs({ failures, firstDelayMs: policy.breakerOpenMs, random: random(), spreadMs: null }, { maxDelayMs: policy.breakerMaxMs });
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(ms, resolve);
    await orAborted(promise, signal);
    cancel();
    if (!signal.aborted) client.connect();
  }
}

type Ask = (path: string, body?: object) => Promise<Record<string, unknown> | null>;

/** Asks the server as its polls do: same credentials, same budget. Null is any answer but a 200 with an object. */
function createAsk(deps: PusherDeps, { identity, afford }: Call[0], signal: AbortSignal): Ask {
  return async (path, body) => {
    await afford();
    const headers = { Accept: 'application/json', ...identityHeaders(identity) };
    const init = body ? { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : { headers };
    const deadline = createDeadline(deps.clock, { ms: TIMEOUT_MS }, signal);
    const exchanged = await exchange(deps, identity.baseUrl + path, { ...SHARED, ...init }, deadline);
    deadline.close();
    const answer = exchanged.kind === 'whole' && exchanged.status === 200 ? parseJson(exchanged.text) : null;
    return isObject(answer) ? answer : null;
  };
}

const SUBSCRIBED = 'pusher:subscription_succeeded';

/** Resolves when this connection is of no use any more, however that shows, or when nobody wants it. */
function over({ connection }: Pusher, channel: Channel, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      connection.unbind('state_change', look).unbind('error', end).unbind('connecting_in', end);
      channel.unbind('pusher:subscription_error', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const look = ({ previous, current }: { readonly previous: string; readonly current: string }): void => {
      if (current !== 'connected' && !(current === 'connecting' && previous !== 'connected')) end();
    };
    connection.bind('state_change', look).bind('error', end).bind('connecting_in', end);
    channel.bind('pusher:subscription_error', end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

function readApp(answer: Record<string, unknown> | null): PusherApp | null {
  const { key, cluster = null } = answer ?? {};
  return isName(key) && (cluster === null || isName(cluster)) ? { key, cluster } : null;
}

/** Both become part of an address. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

/** Pusher's own cloud by the name of its cluster, else the server of this scope. */
function addressOf({ cluster }: PusherApp, baseUrl: string): Options {
  if (cluster !== null) return { cluster, forceTLS: true };
  const { protocol, hostname, port } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const at = Number(port) || (isSecure ? 443 : 80);
  return { cluster: '', wsHost: hostname, wsPort: at, wssPort: at, forceTLS: isSecure };
}
