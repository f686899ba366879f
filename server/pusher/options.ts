// The application whose key and secret readers and writers of the Pusher endpoints share with this server, and how names of channels are read.
import { parseChannel, type Channel } from '../../src/core/channel-names.ts';
import { LIMITS } from '../limits.ts';

/** As Pusher hands them out; the same names, PUSHER_APP_ID and so on, set them. */
export interface PusherApp {
  readonly appId: string;
  readonly key: string;
  /** Signs and is signed with; never told to a browser. */
  readonly secret: string;
  /** The application lives in Pusher's own cloud, in this cluster, and browsers connect there; absent or null: here. */
  readonly cluster?: string | null;
}

export const PUSHER_LIMITS = {
  /** Sockets open at once: of all, of one address (a branch is one; an IPv6 network counts as one), and that listen for one tenant. */
  sockets: 5_000,
  socketsPerAddress: 500,
  socketsPerTenant: 2_500,
  /** Whether who listens still may is asked this often: what ends it unseen is felt within it. */
  watchMs: LIMITS.watchMs,
  /** Channels of one socket. */
  channels: 100,
  /** Largest frame that a socket may send: subscriptions are a few hundred bytes. */
  frameBytes: 10_240,
  /** What a socket may leave unread before it is cut. */
  unreadBytes: 262_144,
  /** A socket that said nothing for this long is asked, and cut after as long as the second. */
  activityMs: 120_000,
  pongMs: 30_000,
  /** How far the clock of who triggers may be off. */
  clockMs: 600_000,
  /** Between two wake-ups of a tenant; in Pusher's cloud, where each is a request and a message that is paid for, the second. */
  wakeMs: 250,
  cloudWakeMs: 1_000,
  /** How long the cloud has to answer. */
  cloudMs: 5_000,
  /** Events in one batch, and channels of one event, as Pusher has it. */
  batch: 10,
  channelsOfEvent: 100,
  dataBytes: 10_240,
} as const;

/** What a reader is told on `private-<tenant>` when something was committed: never what. */
export const WAKE_EVENT = 'holdfast.wake';

export interface PusherChannel {
  readonly tenant: string;
  /** Null: the tenant's wake-ups. */
  readonly channel: Channel | null;
}

/** `private-<tenant>` and `private-<tenant>;orders-123`: an application's key serves all tenants, so every name says whose it is. */
export function parsePusherChannel(name: string): PusherChannel | null {
  const [, tenant, text] = /^private-([A-Za-z0-9_\-=@,.]{1,100})(?:;([A-Za-z0-9_\-=@,.]{1,100}))?$/.exec(name) ?? [];
  if (tenant === undefined) return null;
  if (text === undefined) return { tenant, channel: null };
  const channel = parseChannel(text);
  return channel && { tenant, channel };
}
