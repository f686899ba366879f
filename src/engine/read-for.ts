// Reading over RPC, for stores that pages can't open themselves: the LogReader's four calls, by name.
import { isObject } from '../protocol/json.ts';
import { SyncError } from '../core/sync-error.ts';
import type { CollectionPage, LogPage, Position, Store } from '../store/contract.ts';

/** Fails with `host/gone` while the engine has no store. Arguments come from another thread and are read as such. */
export async function readFor(store: Store | null, method: string, argument: unknown): Promise<LogPage | CollectionPage> {
  if (!store) throw new SyncError('host/gone', 'This engine has no store yet; try again.');
  const { reader } = store;
  switch (method) {
    case 'read':
      return reader.read(isPosition(argument) ? argument : null);
    case 'history':
      return reader.history(typeof argument === 'number' ? argument : 100);
    case 'collection':
      return reader.collection(String(argument));
    default:
      return reader.documents(Array.isArray(argument) ? argument : []);
  }
}

function isPosition(value: unknown): value is Position {
  return isObject(value) && typeof value['run'] === 'string' && typeof value['seq'] === 'number';
}
