// A snapshot on disk: the log is emptied and all documents are replaced, in one transaction. Must never run without the term that the log has.
import type { Snapshot } from '../protocol/http.ts';
import type { Claim } from './contract.ts';
import { unwatched, type Database } from './database.ts';
import { addBlock, fenced, putDocument, putMeta } from './fenced-write.ts';
import { publicMeta } from './log-rows.ts';
import { restarted, type RestartOptions } from './restart.ts';

export function resetLog(database: Database, term: number, snapshot: Snapshot, options: RestartOptions): Promise<Claim> {
  return database.write(['log', 'documents', 'meta'], 'relaxed', async (tx) => {
    const { meta, marker, documents } = restarted(await fenced(tx.objectStore('meta'), term), snapshot, options);
    unwatched(tx.objectStore('log').clear());
    unwatched(tx.objectStore('documents').clear());
    addBlock(tx, marker);
    for (const document of documents) putDocument(tx, document);
    putMeta(tx, meta);
    return { meta: publicMeta(meta), documents };
  });
}
