// A real server on a free port over a real SQLite file, two branches with one account of each role, and readers that use plain fetch.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createParser } from 'eventsource-parser';
import { onTestFinished } from 'vitest';
import { hashPassword } from '../../server/auth/password.ts';
import type { PricedService } from '../../server/orders/price-list.ts';
import { type HoldfastServer, type ServerOptions, startServer } from '../../server/start-server.ts';
import type { Store } from '../../server/store/store.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Role, Snapshot } from '../../src/protocol/http.ts';

export const ROLES: readonly Role[] = ['manager', 'worker', 'kiosk', 'display'];
export const TENANTS = ['north', 'south'] as const;
export const PASSWORD = 'correct horse';
export const SERVICES: readonly PricedService[] = [
  { code: 'wash', name: 'Wash', minutes: 20, drying: true, price: 1_900 },
  { code: 'chassis', name: 'Chassis', minutes: 25, drying: false, price: 4_200 },
];

let passwordHash: Promise<string> | null = null;

/** Two tenants, an account of each role in each (`<role>` is the user, `<role>@<tenant>` the email), three bays, a queue, a driver. */
export async function fill(store: Store): Promise<void> {
  const hash = await (passwordHash ??= hashPassword(PASSWORD));
  for (const tenant of TENANTS) {
    store.createTenant({ id: tenant, name: `Branch ${tenant}` });
    for (const role of ROLES) store.users.create({ tenant, user: role, name: `The ${role}`, role, email: `${role}@${tenant}`, passwordHash: hash });
    const bay = (number: number) => ({
      collection: 'bays' as const,
      doc: { id: `bay-${number}`, number, name: `Bay ${number}`, state: 'free' as const, jobId: null, blocked: null },
    });
    store.seedDocuments(tenant, [
      ...[1, 2, 3].map(bay),
      { collection: 'queues', doc: { id: 'main', name: 'Main queue', entries: [] } },
      { collection: 'drivers', doc: { id: 'driver-1', name: 'Gamini', state: 'online', orderId: null } },
    ]);
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Closed when the test ends. */
export async function start(options: Partial<ServerOptions> = {}): Promise<HoldfastServer> {
  const dbFile = options.dbFile ?? join(temporaryFolder(), 'test.sqlite');
  const server = await startServer({ durability: 'normal', services: SERVICES, prepare: fill, ...options, dbFile });
  onTestFinished(() => server.close());
  return server;
}

export interface Client {
  readonly server: HoldfastServer;
  readonly cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  json<T = Record<string, unknown>>(path: string, headers?: Record<string, string>): Promise<T>;
  /** Creates an order and answers it. */
  order(fields?: object): Promise<Order>;
  snapshot(): Promise<Snapshot>;
  stream(query?: string, headers?: Record<string, string>): Promise<Stream>;
}

/** A client with a session of its own; the sign-in itself has its own tests. */
export function signedIn(server: HoldfastServer, role: Role = 'manager', tenant: string = 'north'): Client {
  const cookie = `holdfast_session=${server.store.sessions.open(tenant, role, Date.now())}`;
  const get: Client['get'] = (path, headers = {}) => fetch(server.url + path, { headers: { cookie, ...headers } });
  const send: Client['send'] = (method, path, body, headers = {}) =>
    fetch(server.url + path, {
      method,
      headers: { cookie, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    server,
    cookie,
    get,
    send,
    json: async <T>(path: string, headers?: Record<string, string>) => (await (await get(path, headers)).json()) as T,
    order: async (fields = {}) => {
      const answer = await send('POST', '/api/v1/orders', { plate: 'CAB 1234', vehicle: 'Aqua', colour: 'white', serviceCode: 'wash', ...fields });
      if (answer.status !== 201) throw new Error(`order: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Order;
    },
    snapshot: async () => (await (await get('/api/v1/sync/snapshot')).json()) as Snapshot,
    stream: (query = '', headers = {}) => openStream(`${server.url}/api/v1/sync/events${query}`, { cookie, accept: 'text/event-stream', ...headers }),
  };
}

/** What tests look at of an event or a control message; the rest is compared as a whole. */
export interface MessageData {
  readonly id?: string;
  readonly prev?: string;
  readonly cursor?: string;
  readonly serverTime?: string;
  readonly tenant?: string;
  readonly orderID?: string;
  readonly data?: { readonly at?: number; readonly order?: { readonly orderID: string } };
  readonly changes?: readonly { readonly collection: string; readonly id: string }[];
}

export interface Message {
  readonly type: string;
  readonly id: string | null;
  readonly data: MessageData;
}

export interface Stream {
  readonly response: Response;
  readonly messages: Message[];
  /** All bytes so far, as text. */
  readonly raw: () => string;
  readonly ended: Promise<void>;
  /** The next unread message of this type (any but heartbeats when not given), waiting for it. */
  next(type?: string, timeoutMs?: number): Promise<Message>;
  /** The next `count` messages that aren't control messages. */
  events(count: number): Promise<Message[]>;
  close(): void;
}

const CONTROL = new Set(['connected', 'heartbeat', 'checkpoint', 'resync', 'rotate']);

export async function openStream(url: string, headers: Record<string, string>): Promise<Stream> {
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const response = await fetch(url, { headers, signal: life.signal });
  const messages: Message[] = [];
  const waiters = new Set<() => void>();
  let raw = '';
  let read = 0;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      messages.push({ id: id ?? null, type: event ?? 'message', data: JSON.parse(data) });
      for (const wake of waiters) wake();
    },
  });
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const text = decoder.decode(chunk, { stream: true });
      raw += text;
      parser.feed(text);
    }
  })().catch(() => undefined);

  async function take(test: (message: Message) => boolean, timeoutMs: number): Promise<Message> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      while (read < messages.length) {
        const message = messages[read++];
        if (message && test(message)) return message;
      }
      const left = until - Date.now();
      if (left <= 0) throw new Error(`No such message within ${timeoutMs} ms; got ${JSON.stringify(messages.map((message) => message.type))}`);
      await Promise.race([new Promise<void>((resolve) => waiters.add(resolve)), sleep(left)]);
      waiters.clear();
    }
  }

  return {
    response,
    messages,
    raw: () => raw,
    ended,
    next: (type, timeoutMs = 5_000) => take((message) => (type ? message.type === type : message.type !== 'heartbeat'), timeoutMs),
    events: async (count) => {
      const found: Message[] = [];
      while (found.length < count) found.push(await take((message) => !CONTROL.has(message.type), 10_000));
      return found;
    },
    close: () => life.abort(),
  };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `test` is true. */
export async function until(test: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${String(test)}`);
    await sleep(10);
  }
}

/** Appends `count` events without documents, straight to the log, and publishes them. */
export function emit(server: HoldfastServer, tenant: string, count: number, type = 'status_update', text = ''): void {
  for (let at = 0; at < count; at++) {
    const body = {
      eventType: type,
      data: { at, text },
      orderID: null,
      timestamp: new Date().toISOString(),
      tenant,
      actor: null,
      mutationId: null,
      changes: [],
    };
    const entry = { at: Date.now(), type, orderId: null, mutationId: null, collections: [], body: JSON.stringify(body) };
    const record = server.store.db.transaction(() => server.store.log.append(tenant, entry));
    server.hub.publish(tenant, record);
  }
}

/** The cursor of a place of the log, read from the file. */
export function cursorAt(server: HoldfastServer, tenant: string, seq: number): string {
  const { epoch } = server.store.log.head(tenant);
  return `${epoch}_${String(seq).padStart(16, '0')}_${server.store.log.checkAt(tenant, seq)}`;
}
