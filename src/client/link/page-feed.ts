// What a page makes of the log that its replica follows: documents, history, callbacks and trace, in this order for each delivery.
import { BARE_EPOCH, parseCursor } from '../../protocol/cursor.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Frame } from '../../protocol/frame.ts';
import type { Clock } from '../../platform/ports.ts';
import type { LogPage, Position } from '../../store/contract.ts';
import type { Collections } from '../documents/collections.ts';
import type { FollowedCollections } from '../documents/follow-collections.ts';
import type { Receipts } from '../state/exported-state.ts';
import type { HealthWatch } from '../health/health-watch.ts';
import type { History } from '../documents/history.ts';
import type { PageTrace } from '../trace/page-trace.ts';
import type { ReplicaListener } from '../documents/replica.ts';
import type { Subscriptions } from '../documents/subscriptions.ts';

export interface PageFeedDeps {
  readonly clock: Clock;
  readonly collections: Pick<Collections, 'reload'> & Pick<FollowedCollections, 'apply'>;
  readonly history: History;
  readonly subscriptions: Subscriptions;
  readonly trace: PageTrace;
  readonly health: () => Pick<HealthWatch, 'noteUpdates' | 'noteLastByte' | 'look'>;
  readonly historyLimit: () => number;
}

export interface PageFeed extends ReplicaListener {
  /** A frame is heard, whether or not it is applied: when, and how its engine had it. */
  heard(frame: Frame): void;
  /** The server knows no cursors: what this page follows is numbered on this device. */
  isBare(): boolean;
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

  /** At a start most of it has just been read. */
  function reload(from?: Position): void {
    history.reload(historyLimit(), from);
    collections.reload(from);
  }

  /** A poll brought something. Page-local: it is not in the log, in `events`, or in a trace. */
  function noteRefresh(last: SyncEvent | undefined): void {
    if (!last || receipts.get(last)?.source !== 'polling') return;
    subscriptions.notice({ ...last, id: '', prev: '', eventType: 'polling_data_refresh', data: {}, orderID: null, actor: null, mutationId: null, changes: [] });
  }

  return {
    receipts,
    isBare: () => epoch?.startsWith(BARE_EPOCH) ?? false,
    heard({ events, source }) {
      // Frames of other builds may not say it.
      const receipt = { receivedAt: clock.now(), source: source === 'polling' ? source : 'sse' } as const;
      for (const event of events) receipts.set(event, receipt);
    },
    deliver(events, through, source) {
      health().noteUpdates(events.length);
      collections.apply(events, through);
      if (events.length > 0) history.append(events, through);
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
    reset({ meta, through }: LogPage, why) {
      const cursor = parseCursor(meta.cursor);
      if (cursor) {
        const isFirst = epoch === null;
        epoch = cursor.epoch;
        base(cursor.seq, why === 'start' ? 'restored' : isFirst ? 'initial' : 'reset');
      }
      if (meta.serverTime > 0) health().noteLastByte(meta.serverTime);
      reload(through);
      if (why !== 'start') subscriptions.reset();
      health().look();
    },
  };
}

/** `P.deliver` of an event: place, document version, and the check of its cursor, which the server's log has too. */
function deliverFields(event: SyncEvent): Readonly<Record<string, unknown>> {
  const cursor = parseCursor(event.id);
  const order = event.changes.find((change) => change.collection === 'orders' && change.id === event.orderID);
  return {
    epoch: cursor?.epoch,
    seq: cursor?.seq,
    hash: cursor?.check,
    orderID: event.orderID,
    type: event.eventType,
    version: order?.version ?? null,
    mutId: event.mutationId,
  };
}
