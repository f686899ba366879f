// Types of the public face. Re-exports only.
export type { TypedEvent as SyncEvent, EventName, EventOf } from '../../client/typed-events.ts';
export type { Actor, Change } from '../../protocol/event.ts';
export type { SyncConfiguration } from '../../client/sync-manager.ts';
export type { Health, HealthLabel, HealthStatus } from '../../client/health.ts';
export type { ConsumerOptions } from '../../client/consumers.ts';
export type { LogoutOptions } from '../../client/account.ts';
export type { GetToken } from '../../client/page-tokens.ts';
export type { Preferences } from '../../protocol/rpc.ts';
export type { Accepted, Entry, Fate, Mutation, MutationHandle, ShownEffect } from '../../client/mutation.ts';
export type { ConflictNow, OutboxSnapshot } from '../../client/pending.ts';
export type { MutationRequest, MutationResult } from '../../client/mutations.ts';
export type { CollectionSnapshot } from '../../client/collections.ts';
export type { OrderSync } from '../../client/history.ts';
export type { EventFilter } from '../../client/subscriptions.ts';
export type { EventSourceFactory } from '../../client/bare-source.ts';
export type { InitialSnapshot } from '../../client/initial-snapshot.ts';
