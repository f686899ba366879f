// `connected` and `heartbeat` for those who subscribe to them by name (document 000): notices of this page made from its health, no events of the log.
// Loaded when somebody asks.
import type { SyncEvent } from '../../protocol/event.ts';
import type { Health } from './health.ts';
import type { EventListener } from '../documents/subscriptions.ts';
import type { Topic } from '../topic.ts';

/** Tells `listener` of the named notices from now on; returns the function that ends it. A page that is connected already says so at once. */
export function followNotices(health: Topic<Health>, tenant: string, types: readonly string[], listener: EventListener): () => void {
  let isConnected = false;
  let lastByteAt: number | null = health.getSnapshot().lastByteAt;
  function look(): void {
    const now = health.getSnapshot();
    const hasCome = now.isConnected && !isConnected;
    const hasBeaten = now.isConnected && !hasCome && now.lastByteAt !== lastByteAt;
    isConnected = now.isConnected;
    lastByteAt = now.lastByteAt;
    if (hasCome && types.includes('connected')) listener(notice('connected', now, tenant));
    if (hasBeaten && types.includes('heartbeat')) listener(notice('heartbeat', now, tenant));
  }
  look();
  return health.subscribe(look);
}

function notice(eventType: string, { lastByteAt, engine }: Health, tenant: string): SyncEvent {
  const data = { engine };
  const timestamp = new Date(lastByteAt ?? 0).toISOString();
  return { id: '', prev: '', eventType, data, orderID: null, timestamp, tenant, actor: null, mutationId: null, changes: [] };
}
