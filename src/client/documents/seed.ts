// What an engine without a cursor begins with, where the page came with a snapshot. Part of the live code: the first picture doesn't need it.
import type { InitialSnapshot } from './initial-snapshot.ts';

/**
 * For the engine of this scope, in the shape of the server's answer; undefined where it is another's. Nobody's data is begun with a guess: one that names
 * nobody counts where the server rendered the page for this person (`isRendered`), and whom only the disk knows may be another.
 */
export function seedFor(
  initial: InitialSnapshot | undefined,
  { tenant, user }: { readonly tenant: string; readonly user: string },
  isRendered: boolean,
): object | undefined {
  if (!initial || (initial.tenant ?? tenant) !== tenant || (initial.user ?? user) !== user) return undefined;
  if (!isRendered && (initial.tenant === undefined || initial.user === undefined)) return undefined;
  const { cursor, collections, serverTime = '' } = initial;
  const documents = Object.entries(collections).flatMap(([collection, rows]) => rows.map(({ id, version, doc }) => ({ collection, id, version, doc })));
  return { cursor, serverTime, documents, missing: [] };
}
