// Types of the public face. Re-exports only.
export type { TypedEvent as SyncEvent, EventName, EventOf } from '../../client/documents/typed-events.ts';
export type { Actor, Change } from '../../protocol/event.ts';
export type { SyncConfiguration } from '../../client/sync-manager.ts';
export type { Health, HealthLabel, HealthStatus } from '../../client/health/health.ts';
export type { ConsumerOptions } from '../../client/consumers/consumers.ts';
export type { LogoutOptions } from '../../client/session/account.ts';
export type { GetToken } from '../../client/session/page-tokens.ts';
export type { Preferences } from '../../protocol/rpc.ts';
export type { Accepted, Entry, Fate, Mutation, MutationHandle, ShownEffect } from '../../client/writes/mutation.ts';
export type { ConflictNow, OutboxSnapshot } from '../../client/writes/pending.ts';
export type { MutationRequest, MutationResult } from '../../client/writes/mutations.ts';
export type { CollectionSnapshot } from '../../client/documents/collections.ts';
export type { OrderSync } from '../../client/documents/history.ts';
export type { EventFilter } from '../../client/documents/subscriptions.ts';
export type { EventSourceFactory } from '../../client/bare/bare-source.ts';
export type { InitialSnapshot } from '../../client/documents/initial-snapshot.ts';
