// What a page makes of the log that its replica follows: documents, history, callbacks and trace, in this order for each delivery.
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Frame } from '../protocol/frame.ts';
import type { Clock } from '../platform/ports.ts';
import type { LogPage } from '../store/contract.ts';
import type { Collections } from './collections.ts';
import type { Receipts } from './exported-state.ts';
import type { HealthWatch } from './health-watch.ts';
import type { History } from './history.ts';
import type { PageTrace } from './page-trace.ts';
import type { ReplicaListener } from './replica.ts';
import type { Subscriptions } from './subscriptions.ts';
import { deliverFields } from './trace.ts';

export interface PageFeedDeps {
  readonly clock: Clock;
  readonly collections: Collections;
  readonly history: History;
  readonly subscriptions: Subscriptions;
  readonly trace: PageTrace;
  readonly health: () => Pick<HealthWatch, 'noteUpdates' | 'noteLastByte' | 'look'>;
  readonly historyLimit: () => number;
}

export interface PageFeed extends ReplicaListener {
  /** A frame is heard, whether or not it is applied: when, and how its engine had it. */
  heard(frame: Frame): void;
  /** When and how this page heard of events; those read from disk have no entry. */
  readonly receipts: Receipts;
}

export function createPageFeed({ clock, collections, history, subscriptions, trace, health, historyLimit }: PageFeedDeps): PageFeed {
  const receipts: Receipts = new WeakMap();
  /** Of the server's log that this page follows; null before it has a base. */
  let epoch: string | null = null;

  function base(seq: number, why: 'initial' | 'restored' | 'reset'): void {
    trace.add('P.base', { epoch, seq, why });
  }

  function reload(): void {
    history.reload(historyLimit());
    collections.reload();
  }

  /** A poll brought something. Page-local: it is not in the log, in `events`, or in a trace. */
  function noteRefresh(last: SyncEvent | undefined): void {
    if (!last || receipts.get(last)?.source !== 'polling') return;
    subscriptions.notice({ ...last, id: '', prev: '', eventType: 'polling_data_refresh', data: {}, orderID: null, actor: null, mutationId: null, changes: [] });
  }

  return {
    receipts,
    heard({ events, source }) {
      const receipt = { receivedAt: clock.now(), source };
      for (const event of events) receipts.set(event, receipt);
    },
    deliver(events, through, source) {
      health().noteUpdates(events.length);
      collections.apply(events);
      if (events.length > 0) history.append(events);
      for (const event of events) trace.add('P.deliver', { source, through: through.seq, ...deliverFields(event) });
      subscriptions.deliver(events);
      noteRefresh(events.at(-1));
      health().look();
    },
    /** Retention was there before this page: a hole that is announced like a reset. Deliveries go on after `to`. */
    skipped(from, to) {
      trace.add('P.skipped', { from, to });
      base(to, 'reset');
      reload();
      subscriptions.reset();
    },
    reset({ meta }: LogPage, why) {
      const cursor = parseCursor(meta.cursor);
      if (cursor) {
        const isFirst = epoch === null;
        epoch = cursor.epoch;
        base(cursor.seq, why === 'start' ? 'restored' : isFirst ? 'initial' : 'reset');
      }
      if (meta.serverTime > 0) health().noteLastByte(meta.serverTime);
      reload();
      if (why !== 'start') subscriptions.reset();
      health().look();
    },
  };
}
