// Who is at an order: paths, answers and transient messages of presence, order locks and typing. Nothing of it has a place in the log: what a
// reader missed it asks for again. Times are spans from now on, so that a wrong clock doesn't matter.
import { isObject } from './json.ts';

export const TEAM_PATHS = {
  presence: '/api/v1/presence',
  presenceOf: (orderID: string) => `/api/v1/presence?orderID=${encodeURIComponent(orderID)}`,
  lock: (orderID: string) => `/api/v1/orders/${encodeURIComponent(orderID)}/lock`,
  typing: (orderID: string) => `/api/v1/orders/${encodeURIComponent(orderID)}/typing`,
} as const;

export interface TeamMember {
  readonly user: string;
  readonly name: string;
  readonly device: string;
}

/** Somebody with an order in front of them; one row a device, however many of its tabs show it. */
export interface Present extends TeamMember {
  readonly doing: 'viewing' | 'editing';
}

/** Who alone may edit an order, until the lease ends. */
export interface OrderLock extends TeamMember {
  readonly orderID: string;
  /** Left of the lease when this was said. */
  readonly expiresInMs: number;
}

/** Answer of `GET` and `PUT /api/v1/presence`. */
export interface OrderTeamAnswer {
  readonly people: readonly Present[];
  readonly lock: OrderLock | null;
  /** How long a lease lasts; it is renewed about three times in that. */
  readonly leaseMs: number;
}

/** A transient message; `type` is that of the frame. */
export type TeamNotice =
  | { readonly type: 'presence'; readonly orderID: string; readonly people: readonly Present[] }
  | { readonly type: 'order_lock'; readonly orderID: string; readonly lock: OrderLock | null }
  | { readonly type: 'typing'; readonly orderID: string; readonly who: TeamMember; readonly field: string };

/** Null for another type or shape. */
export function decodeTeamNotice(type: string, data: unknown): TeamNotice | null {
  if (!isObject(data) || typeof data['orderID'] !== 'string') return null;
  const { orderID, people, lock, field } = data;
  switch (type) {
    case 'presence':
      return { type, orderID, people: decodePeople(people) };
    case 'order_lock':
      return { type, orderID, lock: decodeLock(lock) };
    case 'typing': {
      const who = decodeMember(data['who']);
      return who && { type, orderID, who, field: typeof field === 'string' ? field : '' };
    }
    default:
      return null;
  }
}

/** Null for an answer of another shape. */
export function decodeOrderTeam(body: unknown): OrderTeamAnswer | null {
  if (!isObject(body) || !Array.isArray(body['people']) || !isSpan(body['leaseMs'])) return null;
  return { people: decodePeople(body['people']), lock: decodeLock(body['lock']), leaseMs: body['leaseMs'] };
}

/** Null where there is none, or none that can be read. */
export function decodeLock(value: unknown): OrderLock | null {
  const who = decodeMember(value);
  if (!who || !isObject(value) || typeof value['orderID'] !== 'string' || !isSpan(value['expiresInMs'])) return null;
  return { ...who, orderID: value['orderID'], expiresInMs: value['expiresInMs'] };
}

function decodePeople(value: unknown): Present[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((row: unknown) => {
    const who = decodeMember(row);
    return who ? { ...who, doing: isObject(row) && row['doing'] === 'editing' ? 'editing' : 'viewing' } : [];
  });
}

function decodeMember(value: unknown): TeamMember | null {
  if (!isObject(value)) return null;
  const { user, name, device } = value;
  return typeof user === 'string' && typeof name === 'string' && typeof device === 'string' ? { user, name, device } : null;
}

function isSpan(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
