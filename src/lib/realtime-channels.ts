// @/lib/realtime-channels: the public face (document 004). Re-exports only.
export { CHANNEL_EVENTS, CHANNEL_NAMESPACES, type Channel, type Namespace, type NamespaceKey } from '../core/channel-names.ts';
export type { ChannelEvent, ChannelPayload } from '../core/channel-events.ts';
export { RealtimeManager, type ChannelConfig, type ChannelListener, type ConnectionStateHandler } from '../channels/realtime-manager.ts';
