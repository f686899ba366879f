// Where a deliberate defect can be put into the model without touching the product: around the parts, never inside them.
import type { FrameHead } from '../../src/client/documents/replica.ts';
import type { CommittedFrame, Ingest } from '../../src/engine/ingest.ts';
import type { LogMeta, LogWriter, Position } from '../../src/store/contract.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { StreamTransport } from '../../src/transport/contract.ts';
import type { createPageCollections, PageCollections } from '../support/page-collections.ts';

export interface WriterHooks {
  readonly publish: (frame: CommittedFrame) => void;
  /** What ingest believes. */
  readonly lastMeta: () => LogMeta | null;
}

/** All absent = the product as it is. */
export interface Variant {
  readonly writer?: (writer: LogWriter, hooks: WriterHooks) => LogWriter;
  /** Below everything that watches: a store with a hole in its fence. `currentTerm` = the one on disk. */
  readonly disk?: (writer: LogWriter, currentTerm: () => Promise<number>) => LogWriter;
  readonly policy?: Partial<Policy>;
  readonly stream?: (stream: StreamTransport) => StreamTransport;
  readonly ingest?: (ingest: Ingest) => Ingest;
  readonly frame?: (frame: FrameHead, position: Position | null) => FrameHead;
  readonly skipped?: 'ignored' | 'not-reloaded';
  readonly collections?: (...args: Parameters<typeof createPageCollections>) => Omit<PageCollections, 'watched'>;
}
