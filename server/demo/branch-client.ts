// The traffic's way to the server: plain REST with a cookie, as a page would go, for the people of one branch.
// It keeps cookies and ETags and nothing of the business; trouble is thrown as RestTrouble, refusals are answers.
import { HEADERS, PATHS } from '../../src/protocol/http.ts';
import type { Action } from './action.ts';
import type { DemoAccount } from './people.ts';
import { EMPTY_VIEW, VIEW_COLLECTIONS, withList, type BranchView } from './view.ts';

export type Fetch = (request: Request) => Promise<Response>;

/** The server can't be asked now: unreachable, overloaded, broken, or the session ended. */
export class RestTrouble extends Error {
  override readonly name = 'RestTrouble';
  readonly status: number;
  /** What Retry-After asked for, in milliseconds; null when it asked for nothing. */
  readonly retryAfterMs: number | null;

  constructor(message: string, status: number, retryAfterMs: number | null) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface BranchClientDeps {
  readonly fetch: Fetch;
  /** Scheme and host, without a path. */
  readonly origin: string;
  /** A fresh idempotency key for each write. */
  readonly newKey: () => string;
}

export interface BranchClient {
  /** Reads what changed since the last call. Throws RestTrouble. */
  read(account: DemoAccount): Promise<BranchView>;
  /** Does it; false where the server refuses because things moved on. Throws RestTrouble. */
  write(account: DemoAccount, action: Action): Promise<boolean>;
}

/** Answers that aren't about this write: they are the same for any other, so waiting is what helps. */
const TROUBLE = [401, 408, 425, 429];
const ANSWER_WITHIN_MS = 15_000;

export function createBranchClient(deps: BranchClientDeps, signal: AbortSignal): BranchClient {
  // Bounded by the accounts given and by VIEW_COLLECTIONS.
  const cookies = new Map<string, string>();
  const etags = new Map<string, string>();
  let view: BranchView = EMPTY_VIEW;

  async function send(path: string, init: RequestInit): Promise<Response> {
    const request = new Request(deps.origin + path, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]) });
    const response = await deps.fetch(request).catch((cause: unknown) => {
      throw new RestTrouble(`${path}: ${cause instanceof Error ? cause.message : 'no answer'}`, 0, null);
    });
    if (response.status < 500 && !TROUBLE.includes(response.status)) return response;
    await response.body?.cancel();
    throw new RestTrouble(`${path}: ${response.status}`, response.status, retryAfter(response));
  }

  /** Under the cookie of the account; an ended session is forgotten, so that the next try signs in again. */
  async function sendAs(account: DemoAccount, path: string, init: Omit<RequestInit, 'headers'>, headers: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = cookies.get(account.email) ?? (await signIn(account));
    const who = { [HEADERS.tenant]: account.tenant, [HEADERS.user]: account.user, cookie, origin: deps.origin, 'sec-fetch-site': 'same-origin' };
    try {
      return await send(path, { ...init, headers: { ...headers, ...who } });
    } catch (trouble) {
      if (trouble instanceof RestTrouble && trouble.status === 401) cookies.delete(account.email);
      throw trouble;
    }
  }

  async function signIn({ email, password }: DemoAccount): Promise<string> {
    const headers = { 'content-type': 'application/json', origin: deps.origin, 'sec-fetch-site': 'same-origin' };
    const response = await send(PATHS.session, { method: 'POST', headers, body: JSON.stringify({ email, password }) });
    await response.body?.cancel();
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    if (!response.ok || !cookie) throw new RestTrouble(`Sign-in of ${email}: ${response.status}`, response.status, null);
    cookies.set(email, cookie);
    return cookie;
  }

  async function read(account: DemoAccount): Promise<BranchView> {
    for (const name of VIEW_COLLECTIONS) {
      const etag = etags.get(name);
      const response = await sendAs(account, `/api/v1/${name}`, { method: 'GET' }, etag ? { 'if-none-match': etag } : {});
      if (response.status === 304) continue;
      if (!response.ok) throw new RestTrouble(`${name}: ${response.status}`, response.status, null);
      view = withList(view, name, await response.json());
      const fresh = response.headers.get('etag');
      if (fresh) etags.set(name, fresh);
    }
    return view;
  }

  async function write(account: DemoAccount, action: Action): Promise<boolean> {
    const condition = action.version === null ? {} : { 'if-match': `"${action.version}"` };
    const content = action.body === null ? {} : { 'content-type': 'application/json' };
    const headers = { [HEADERS.idempotencyKey]: deps.newKey(), ...condition, ...content };
    const response = await sendAs(account, action.path, { method: action.method, body: action.body && JSON.stringify(action.body) }, headers);
    await response.body?.cancel();
    return response.ok;
  }

  return { read, write };
}

function retryAfter(response: Response): number | null {
  const header = response.headers.get('retry-after');
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}
