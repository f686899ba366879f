// Reads everything that a page may read, because one of them said that it can't. Loaded when that happens.
import { SyncError } from '../core/sync-error.ts';
import type { LogReader } from '../store/contract.ts';
import type { Ingest } from './ingest.ts';

/** The error that a page would meet; null when all can be read. */
export async function findDamage(reader: LogReader, ingest: Pick<Ingest, 'meta' | 'documents'>): Promise<SyncError | null> {
  const { run, floor } = ingest.meta();
  try {
    let page = await reader.read({ run, seq: floor });
    while (page.hasMore && !page.reset) page = await reader.read(page.through);
    for (const name of new Set(ingest.documents().map(({ collection }) => collection))) await reader.collection(name);
    return null;
  } catch (error) {
    return error instanceof SyncError && error.code === 'store/corrupt' ? error : null;
  }
}
