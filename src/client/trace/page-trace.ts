// What this page reports of itself: the records of trace.ts with the page's name on them. From the first listener on it also says what it shows.
import type { CollectionSnapshot } from '../documents/collections.ts';
import type { Topic } from '../topic.ts';
import { createTrace, type TraceRecord } from './trace.ts';

export interface PageTrace {
  /** With the page's id and tenant. */
  add(kind: string, fields: Readonly<Record<string, unknown>>): void;
  listen(listener: (record: TraceRecord) => void): () => void;
}

export interface PageTraceDeps {
  readonly now: () => number;
  readonly about: Readonly<Record<string, unknown>>;
  readonly orders: () => Topic<CollectionSnapshot>;
}

export function createPageTrace({ now, about, orders }: PageTraceDeps, signal: AbortSignal): PageTrace {
  const trace = createTrace(now);
  let reading: Promise<void> | null = null;
  const add: PageTrace['add'] = (kind, fields) => trace.add(kind, { ...about, ...fields });

  async function readAlong(): Promise<void> {
    const { traceReads } = await import('./trace-reads.ts');
    if (signal.aborted) return;
    const end = traceReads(orders(), (fields) => add('P.read', { ...fields }));
    signal.addEventListener('abort', end, { once: true });
  }

  return {
    add,
    listen(listener) {
      reading ??= readAlong();
      reading.catch(() => (reading = null));
      return trace.listen(listener);
    },
  };
}
