// A server for tests of components, in memory: it greets who comes, sends what the test says to all who are there, and can go away and come back.
import { createMockEventSource, type MockEventSource, type MockEventSourceFactory } from './mock-event-source.ts';

export interface FakeEvent {
  readonly eventType: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly orderID?: string | null;
  /** Without one the server numbers its events. */
  readonly id?: string;
  readonly timestamp?: string;
}

export interface FakeServer {
  readonly eventSourceFactory: MockEventSourceFactory;
  /** Addresses that were asked for, oldest first. */
  readonly requests: readonly URL[];
  /** Sends an event to all who are connected, those alone whose address asks for it. */
  emit(event: FakeEvent): void;
  heartbeat(): void;
  /** Breaks every stream. */
  drop(): void;
  /** While down, who comes is refused; going down breaks every stream. */
  setDown(isDown: boolean): void;
}

export function createFakeServer(): FakeServer {
  const open = createMockEventSource();
  let isDown = false;
  let events = 0;

  function serve(source: MockEventSource): void {
    queueMicrotask(() => (isDown ? source.simulateError() : source.simulateEvent('connected', { clientId: `client-${open.instances.length}` })));
  }
  const living = (): MockEventSource[] => open.instances.filter(({ readyState }) => readyState === 1);

  function eventSourceFactory(url: string, init?: { readonly withCredentials?: boolean }): MockEventSource {
    const source = open(url, init);
    serve(source);
    return source;
  }

  const drop = (): void => living().forEach((source) => source.simulateError());
  return {
    eventSourceFactory: Object.defineProperties(eventSourceFactory, {
      instances: { get: () => open.instances },
      lastInstance: { get: () => open.lastInstance },
    }) as MockEventSourceFactory,
    get requests() {
      return open.instances.map(({ url }) => new URL(url));
    },
    emit({ eventType, data = {}, orderID = null, id, timestamp = new Date().toISOString() }) {
      events += 1;
      const event = { id: id ?? `event_${events}`, eventType, data, orderID, timestamp };
      for (const source of living()) if (isAskedFor(new URL(source.url), event)) source.simulateEvent(eventType, event, { lastEventId: event.id });
    },
    heartbeat: () => living().forEach((source) => source.simulateEvent('heartbeat', {})),
    drop,
    setDown(next) {
      isDown = next;
      if (isDown) drop();
    },
  };
}

function isAskedFor({ searchParams }: URL, { eventType, orderID }: { readonly eventType: string; readonly orderID: string | null }): boolean {
  const order = searchParams.get('orderID');
  const types = searchParams.get('eventTypes')?.split(',');
  return (!order || orderID === null || orderID === order) && (!types || types.includes(eventType));
}
