// Channels of document 004 over the page's one sync: who listens to what, and how the connection stands. It opens nothing of its own, and survives that
// another person signs in.
import { channelEventsOf, isFor, type ChannelPayload } from '../core/channel-events.ts';
import { CHANNEL_NAMESPACES, type Channel, type NamespaceKey } from '../core/channel-names.ts';
import type { ConnectionState } from '../core/connection-state.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { SyncManager } from '../client/contract.ts';
import type { PageSync } from '../client/page-sync.ts';
import { wishFor, type ChannelWish } from './channel-wishes.ts';
import { defaultPage } from './default-page.ts';

export interface ChannelConfig extends ChannelWish {
  readonly namespace: NamespaceKey;
  /** One document of it; without it all. */
  readonly channelId?: string | undefined;
  /** Default true: while nobody is signed in that is an error of the hook that listens. The server asks for a session either way. */
  readonly requiresAuth?: boolean | undefined;
}

export type ChannelListener = (payload: ChannelPayload, event: SyncEvent) => void;
export type ConnectionStateHandler = (state: ConnectionState) => void;

interface Row {
  readonly config: ChannelConfig;
  readonly channel: Channel;
  /** Null = every event of the channel. */
  readonly name: string | null;
  readonly listener: ChannelListener;
  end: () => void;
}

export function channelOf({ namespace, channelId }: Pick<ChannelConfig, 'namespace' | 'channelId'>): Channel {
  if (!Object.hasOwn(CHANNEL_NAMESPACES, namespace)) throw new TypeError(`There is no namespace ${namespace}: see CHANNEL_NAMESPACES`);
  return { namespace: CHANNEL_NAMESPACES[namespace], id: channelId ?? null };
}

/** Calls back for what happens on a channel from now on. Returns the function that ends it. */
export function listenTo(manager: Pick<SyncManager, 'subscribe'>, channel: Channel, name: string | null, listener: ChannelListener): () => void {
  return manager.subscribe((event) => {
    for (const told of channelEventsOf(event)) if (isFor(told, channel, name)) listener(told.payload, event);
  });
}

export class RealtimeManager {
  #page: PageSync | null;
  #sync: SyncManager | null = null;
  #state: ConnectionState = 'disconnected';
  readonly #rows = new Set<Row>();
  readonly #handlers = new Set<{ readonly handler: ConnectionStateHandler }>();
  /** Ends of what is held: the page's start, the tie to its manager, the hold on its connection. */
  #endPage: (() => void) | null = null;
  #endSync: () => void = () => {};
  #endHold: () => void = () => {};
  #isFollowing = false;

  /** Without a page: that of the provider above the hooks in use, else this origin and whoever is signed in. Nothing happens before it is used. */
  constructor(page: PageSync | null = null) {
    this.#page = page;
  }

  /** As the engine has it. Assigning says otherwise, to every handler, until the engine says something new. */
  get connectionState(): ConnectionState {
    this.#follow();
    return this.#state;
  }

  set connectionState(state: ConnectionState) {
    if (state === this.#state) return;
    this.#state = state;
    for (const { handler } of this.#handlers) isolated(() => handler(state));
  }

  /** Called whenever the state changes. Returns the function that ends it. */
  onConnectionStateChange(handler: ConnectionStateHandler): () => void {
    const row = { handler };
    this.#follow();
    this.#handlers.add(row);
    return () => void this.#handlers.delete(row);
  }

  /** Listens to `event` (`order.updated`; null = all) on a channel, and wants the connection meanwhile. Returns the function that ends it. */
  subscribe(config: ChannelConfig, event: string | null, listener: ChannelListener): () => void {
    const row: Row = { config, channel: channelOf(config), name: event, listener, end: () => {} };
    this.#rows.add(row);
    this.connect();
    this.#attach(row);
    return () => this.#drop([row]);
  }

  /** Ends all subscriptions of a channel, or those of one event or listener. */
  unsubscribe(config: Pick<ChannelConfig, 'namespace' | 'channelId'>, event?: string | null, listener?: ChannelListener): void {
    const { namespace, id } = channelOf(config);
    const isMeant = ({ channel, name, listener: own }: Row) =>
      channel.namespace === namespace && channel.id === id && (event === undefined || name === event) && (listener === undefined || own === listener);
    this.#drop([...this.#rows].filter(isMeant));
  }

  /** Wants the connection. Idempotent. */
  connect(): void {
    this.#follow();
    if (this.#endPage) return;
    this.#endPage = this.#ownPage().start();
    this.#endHold = this.#sync?.hold() ?? this.#endHold;
  }

  /** Lets go; subscriptions stay, and hear again after `connect()`. */
  disconnect(): void {
    this.#endHold();
    this.#endHold = () => {};
    this.#endPage?.();
    this.#endPage = null;
  }

  #ownPage(): PageSync {
    return (this.#page ??= defaultPage());
  }

  #follow(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const page = this.#ownPage();
    const look = (): void => this.#switchTo(page.manager.getSnapshot());
    page.manager.subscribe(look);
    look();
  }

  #switchTo(sync: SyncManager | null): void {
    if (sync === this.#sync) return;
    this.#endSync();
    for (const row of this.#rows) row.end();
    this.#sync = sync;
    let said: ConnectionState | null = null;
    const look = (): void => {
      const { connectionState = 'disconnected' } = sync?.health.getSnapshot() ?? {};
      if (connectionState !== said) this.connectionState = said = connectionState;
    };
    this.#endSync = sync?.health.subscribe(look) ?? (() => {});
    if (this.#endPage) this.#endHold = sync?.hold() ?? (() => {});
    for (const row of this.#rows) this.#attach(row);
    look();
  }

  #attach(row: Row): void {
    const sync = this.#sync;
    if (!sync) return;
    row.end();
    const ends = [listenTo(sync, row.channel, row.name, row.listener), wishFor(sync, row.config)];
    row.end = () => ends.forEach((end) => end());
  }

  #drop(rows: readonly Row[]): void {
    for (const row of rows) {
      row.end();
      this.#rows.delete(row);
    }
    if (rows.length > 0 && this.#rows.size === 0) this.disconnect();
  }
}

/** A handler that throws is reported as any uncaught error is, and costs the others nothing. */
function isolated(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
