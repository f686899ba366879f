// Events as applications see them: one member a type, so that an event narrows by its `eventType`. Types only. What `data` holds is what our protocol
// says (docs/protocol.md); it is checked to be JSON and no more, and a type that a newer server invents arrives as well: leave a default branch.
import type { EventType } from '../../core/event-names.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { JsonObject } from '../../protocol/json.ts';

type OrderRef = { readonly orderID: string };
/** Some events are about an order, and name it again in their data. */
type AboutOrder = { readonly order?: OrderRef | null };

type EventData = {
  readonly stage_change: { readonly previousStage: string; readonly newStage: string } & AboutOrder;
  readonly status_update: { readonly status?: string } & AboutOrder;
  readonly payment_update: { readonly state?: string } & AboutOrder;
  readonly order_created: AboutOrder;
  readonly order_updated: { readonly fields?: readonly string[] } & AboutOrder;
  readonly order_deleted: AboutOrder;
  readonly whatsapp_connected: AboutOrder;
  readonly qr_generated: AboutOrder;
  readonly queue_updated: { readonly queueID: string; readonly waiting: number };
  readonly bay_updated: { readonly bayID: string; readonly state: string } & AboutOrder;
  readonly job_updated: { readonly jobID: string; readonly step: string } & AboutOrder;
  readonly driver_updated: { readonly driverID: string; readonly state: string } & AboutOrder;
  /** Of this page, never of the log: for those who ask for them by name. */
  readonly connected: object;
  readonly heartbeat: object;
  readonly polling_data_refresh: object;
};

/** All names that can be subscribed to. */
export type EventName = keyof EventData;

/** An event of one type, or, of a union of types, one of them. */
export type EventOf<Name extends EventName> = {
  [N in Name]: Omit<SyncEvent, 'eventType' | 'data'> & { readonly eventType: N; readonly data: EventData[N] & JsonObject };
}[Name];

export type TypedEvent = EventOf<EventName>;
export type TypedListener = (event: TypedEvent) => void;

/** A wire type without a row above is a mistake. */
export type MissingEventData = Exclude<EventType, EventName>;

/** The one place where an event becomes one of its type. */
export function asTyped<T extends SyncEvent | null | readonly SyncEvent[]>(
  value: T,
): T extends readonly SyncEvent[] ? readonly TypedEvent[] : T extends null ? null : TypedEvent {
  return value as never;
}
