// Who made a document what it is, as far as the log is kept: so that a conflict can name the other side.
import { isObject } from '../../src/protocol/json.ts';
import type { VersionedDocument } from '../../src/protocol/http.ts';
import type { LogStore } from '../sync/log-store.ts';

export interface Author {
  readonly user: string;
  readonly name: string;
}

/** How far back is looked: an order's own events by an index, those of other documents among the tenant's newest. */
const OF_ORDER = 50;
const OF_TENANT = 200;

/** Null where nobody who is signed in did it, or where it is too long ago. */
export function lastAuthor(log: LogStore, tenant: string, { collection, id, version }: VersionedDocument): Author | null {
  const records = collection === 'orders' ? log.ofOrder(tenant, id, null, OF_ORDER) : log.ofOrder(tenant, null, null, OF_TENANT);
  for (const record of records) {
    if (!record.collections.includes(collection)) continue;
    const event = JSON.parse(record.body) as { readonly changes: readonly VersionedDocument[]; readonly actor: unknown };
    const change = event.changes.find((one) => one.collection === collection && one.id === id);
    if (change) return change.version === version ? authorIn(event.actor) : null;
  }
  return null;
}

function authorIn(actor: unknown): Author | null {
  if (!isObject(actor) || typeof actor['user'] !== 'string' || typeof actor['name'] !== 'string') return null;
  return { user: actor['user'], name: actor['name'] };
}
