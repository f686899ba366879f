// A signed-in person who uses the REST interface from outside of the browser: writes that make events, and reads that tell the truth
// about the server. It knows nothing of the client library.
import { randomUUID } from 'node:crypto';
import { PATHS, type Snapshot } from '../../src/protocol/http.ts';

export const PASSWORD = 'holdfast-demo';
/** Keys of writes that no page made begin with it. */
export const OUTSIDE = 'outside-';

/** What the server says about its streams. */
export interface ServerStatus {
  readonly streams: readonly { readonly clientId: string; readonly user: string; readonly device: string | null; readonly term: number | null }[];
  readonly epoch: string;
  readonly head: number;
  readonly floor: number;
}

export interface BurstOptions {
  /** Requests at once; default 8. */
  readonly lanes?: number;
  /** Not faster than this; default: as fast as the server takes them. */
  readonly perSecond?: number;
  /** Goes on when the server comes back. */
  readonly isPatient?: boolean;
  /** Called after each event with how many there are. */
  readonly progress?: (done: number) => void;
  /** Ends it early. */
  readonly stop?: AbortSignal;
}

export interface RestUser {
  readonly tenant: string;
  readonly user: string;
  /** Headers of a request in this person's name. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Corrects the notes of an order: one event. Answers the event's cursor; throws on a refusal. */
  edit(orderId: string, notes: string): Promise<string>;
  /** `count` events over several orders. Throws on a refusal; a server that is away is waited for only with `isPatient`. Answers how many were made. */
  burst(count: number, options?: BurstOptions): Promise<number>;
  snapshot(): Promise<Snapshot>;
  /** For managers. */
  status(): Promise<ServerStatus>;
  orders(): Promise<readonly string[]>;
}

export async function createRestUser(url: string, email: string): Promise<RestUser> {
  const origin = { origin: url, 'sec-fetch-site': 'same-origin' };
  const answer = await fetch(url + PATHS.session, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...origin },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  if (!answer.ok) throw new Error(`Sign-in of ${email}: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { tenant, user } = (await answer.json()) as { tenant: string; user: string };

  async function read<T>(path: string): Promise<T> {
    const response = await fetch(url + path, { headers: { cookie } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async function edit(orderId: string, notes: string): Promise<string> {
    const headers = { cookie, ...origin, 'content-type': 'application/json', 'idempotency-key': `${OUTSIDE}${randomUUID()}` };
    const response = await fetch(`${url}/api/v1/orders/${orderId}`, { method: 'PATCH', headers, body: JSON.stringify({ notes }) });
    const body = await response.text();
    if (!response.ok) throw new Error(`PATCH orders/${orderId}: ${response.status} ${body}`);
    return response.headers.get('x-sync-cursor') ?? '';
  }

  /** fetch says TypeError where nobody answers. */
  async function editSurely(orderId: string, notes: string, isPatient: boolean, stop: AbortSignal | undefined): Promise<void> {
    for (;;) {
      try {
        return void (await edit(orderId, notes));
      } catch (error) {
        if (!isPatient || !(error instanceof TypeError) || stop?.aborted) throw error;
        await sleep(100);
      }
    }
  }

  const orders = async () => (await read<{ documents: { id: string }[] }>('/api/v1/orders')).documents.map(({ id }) => id);

  return {
    tenant,
    user,
    credentials: { cookie, ...origin },
    edit,
    async burst(count, { lanes = 8, stop, progress, isPatient = false, perSecond = Infinity } = {}) {
      const ids = await orders();
      const startedAt = performance.now();
      let asked = 0;
      let done = 0;
      const lane = async (): Promise<void> => {
        while (asked < count && !stop?.aborted) {
          const number = asked++;
          await sleep(startedAt + (number / perSecond) * 1_000 - performance.now());
          await editSurely(ids[number % ids.length] ?? '', `burst ${number}`, isPatient, stop);
          done++;
          progress?.(done);
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      return done;
    },
    snapshot: () => read<Snapshot>(PATHS.snapshot),
    status: () => read<ServerStatus>(PATHS.status),
    orders,
  };
}

function sleep(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
