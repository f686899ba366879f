// Whether a reader's cursor can be continued from, and if not, why: the one place where a resync is decided.
import { parseCursor, type Cursor } from '../../src/protocol/cursor.ts';
import type { ResyncReason } from '../../src/protocol/event.ts';
import type { LogStore } from './log-store.ts';

export type CursorVerdict = { readonly from: Cursor } | { readonly resync: ResyncReason };

/** Whose cursor it is. `visibleFrom`: cursors below this place were earned under another role. */
export interface CursorOwner {
  readonly tenant: string;
  readonly visibleFrom: number;
}

/** Judges `text` as it came from outside. Always an answer: a cursor that can't be read is `unknown`, never ignored. */
export function judgeCursor(log: LogStore, owner: CursorOwner, text: string): CursorVerdict {
  const cursor = parseCursor(text);
  if (!cursor) return { resync: 'unknown' };
  const head = log.head(owner.tenant);
  if (cursor.epoch !== head.epoch) return { resync: log.tenantOf(cursor.epoch) === null ? 'unknown' : 'tenant' };
  if (cursor.seq > head.seq) return { resync: 'ahead' };
  if (cursor.seq < log.floor(owner.tenant).seq) return { resync: 'expired' };
  if (log.checkAt(owner.tenant, cursor.seq) !== cursor.check) return { resync: 'forked' };
  if (cursor.seq < owner.visibleFrom) return { resync: 'permissions' };
  if (cursor.seq < head.schemaSeq) return { resync: 'schema' };
  return { from: cursor };
}
