// An EventSource for tests, without any network: the test says what the server would. It does what the standard says about readyState and `close`,
// and nothing by itself: not even `open`.

type Heard = (event: MockMessage) => void;

export interface MockMessage {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** Give it as `eventSourceFactory={MockEventSource}`, or set `global.EventSource = MockEventSource`; then speak through `MockEventSource.lastInstance`. */
export class MockEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  /** All that were made since `reset`, oldest first. */
  static instances: MockEventSource[] = [];

  /** Throws where nothing was opened: better than `undefined` in the middle of a test. */
  static get lastInstance(): MockEventSource {
    return lastOf(MockEventSource.instances);
  }

  static reset(): void {
    MockEventSource.instances = [];
  }

  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readonly url: string;
  readonly withCredentials: boolean;
  readyState = 0;
  onopen: Heard | null = null;
  onmessage: Heard | null = null;
  onerror: Heard | null = null;
  readonly #listeners = new Map<string, Set<Heard>>();

  constructor(url: string | URL, init: { readonly withCredentials?: boolean } = {}) {
    this.url = String(url);
    this.withCredentials = init.withCredentials ?? false;
    MockEventSource.instances.push(this);
  }

  addEventListener(type: string, listener: Heard): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: Heard): void {
    this.#listeners.get(type)?.delete(listener);
  }

  close(): void {
    this.readyState = MockEventSource.CLOSED;
  }

  /** The server sends an event of this name; objects go as JSON. Nothing is heard after `close`. */
  simulateEvent(type: string, data: unknown = {}, { lastEventId = '' }: { readonly lastEventId?: string } = {}): void {
    this.readyState = this.readyState === MockEventSource.CONNECTING ? MockEventSource.OPEN : this.readyState;
    this.#tell({ type, data: typeof data === 'string' ? data : JSON.stringify(data), lastEventId });
  }

  simulateOpen(): void {
    this.readyState = MockEventSource.OPEN;
    this.#tell({ type: 'open', data: '', lastEventId: '' });
  }

  /** The stream breaks, as it does when the network goes. */
  simulateError(): void {
    if (this.readyState !== MockEventSource.CLOSED) this.readyState = MockEventSource.CONNECTING;
    this.#tell({ type: 'error', data: '', lastEventId: '' });
  }

  #tell(message: MockMessage): void {
    if (this.readyState === MockEventSource.CLOSED) return;
    const property = { open: this.onopen, message: this.onmessage, error: this.onerror }[message.type];
    property?.(message);
    for (const listener of [...(this.#listeners.get(message.type) ?? [])]) listener(message);
  }
}

export interface MockEventSourceFactory {
  (url: string, init?: { readonly withCredentials?: boolean }): MockEventSource;
  readonly instances: readonly MockEventSource[];
  readonly lastInstance: MockEventSource;
}

/** A factory that keeps its own instances, so that tests don't share them: what the documents' `jest.fn()` stands for. */
export function createMockEventSource(): MockEventSourceFactory {
  const instances: MockEventSource[] = [];
  const factory = (url: string, init?: { readonly withCredentials?: boolean }): MockEventSource => {
    const made = new MockEventSource(url, init);
    instances.push(made);
    return made;
  };
  return Object.defineProperties(factory, { instances: { get: () => instances }, lastInstance: { get: () => lastOf(instances) } }) as MockEventSourceFactory;
}

function lastOf(instances: readonly MockEventSource[]): MockEventSource {
  const last = instances.at(-1);
  if (!last) throw new Error('No EventSource was opened: is a <SyncManagerProvider> rendered, and does it connect?');
  return last;
}
