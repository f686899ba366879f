// What a server rendered into a page: shown until this device has its own, and the beginning of an engine that has no cursor yet, so that nothing is fetched
// twice. It never replaces what the device has. Rendering on a server and hydrating go by the same values, so that they can't differ.
import type { StoredDocument } from '../../core/document.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { CurrentSession } from '../../scope/registry.ts';
import type { CollectionSnapshot } from './collections.ts';

export interface InitialSnapshot {
  /** The server's cursor of all of it, as `GET /api/v1/sync/snapshot` answers it. */
  readonly cursor: string;
  /** Documents by collection. They have to be all that this user may see: what is missing here would be missing until it changes. */
  readonly collections: Readonly<Record<string, readonly { readonly id: string; readonly version: number; readonly doc: JsonObject }[]>>;
  /** Whose it is. Without both it counts for the first person alone whom the server names after this page began. */
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
  readonly serverTime?: string | undefined;
}

/** In the shape of a collection that was read from disk; undefined where it says nothing of it. The same object for the same question. */
export function createInitialCollections({ collections }: InitialSnapshot): (name: string) => CollectionSnapshot | undefined {
  const made = new Map<string, CollectionSnapshot>();
  return (name) => {
    const rows = Object.hasOwn(collections, name) ? collections[name] : undefined;
    if (!rows) return undefined;
    const known = made.get(name);
    if (known) return known;
    const documents = new Map(rows.map((row): [string, StoredDocument] => [row.id, { ...row, collection: name, seq: 0, staleFor: null }]));
    const snapshot: CollectionSnapshot = { documents, pending: new Map(), isLoading: false, isPartial: false };
    made.set(name, snapshot);
    return snapshot;
  };
}

/**
 * Whether it may be shown. Named, it is of its person. Nameless, it is of the first whom the server names after this page began: `renderedFor`, a scope,
 * null while the server has not answered, '' for nobody.
 */
export function mayBeOf(
  { tenant, user }: InitialSnapshot,
  session: Pick<CurrentSession, 'tenant' | 'user' | 'scopeId'> | null,
  renderedFor: string | null,
): boolean {
  if (tenant === undefined || user === undefined) return renderedFor === null || renderedFor === session?.scopeId;
  return session === null || (session.tenant === tenant && session.user === user);
}
