// Two versions of one object, the user's and the server's: whether they differ, and what to make of both. For applications that keep data of
// their own; the writes of the outbox go through core/conflict.
import { isSame, mergeThreeWay } from '../core/conflict.ts';
import type { Json, JsonObject } from '../protocol/json.ts';

export type MergeStrategy = 'optimistic' | 'server' | 'merge';
export type ConflictChoice = 'optimistic' | 'server' | 'manual';

export const conflictUtils = {
  /**
   * One of both, or field by field: what the user's version says wins over the server's. With the common `original` only fields that the user changed
   * are taken, and where both changed one, the server's stays.
   */
  mergeData<T extends object>(optimistic: T, server: T, strategy: MergeStrategy = 'merge', original?: T): T {
    if (strategy !== 'merge') return strategy === 'server' ? server : optimistic;
    if (!original) return withFields(server, optimistic);
    return mergeThreeWay(original as JsonObject, optimistic as JsonObject, server as JsonObject).merged as T;
  },

  /** True when one of `fields` (default: any of either) has another value on each side, compared as JSON. */
  detectConflict<T extends object>(optimistic: T, server: T, fields: readonly (keyof T & string)[] = allFields(optimistic, server)): boolean {
    return fields.some((field) => !isSame(optimistic[field] as Json, server[field] as Json));
  },

  /** What a person chose: one side whole, or (`manual`) the server's with the fields in `chosen` as the person wants them. */
  resolveConflict<T extends object>(optimistic: T, server: T, choice: ConflictChoice, chosen: Partial<T> = {}): T {
    if (choice === 'manual') return withFields(server, chosen);
    return choice === 'server' ? server : optimistic;
  },
};

function allFields<T extends object>(a: T, b: T): readonly (keyof T & string)[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T & string)[];
}

function withFields<T extends object>(from: T, other: Partial<T>): T {
  return Object.fromEntries([...Object.entries(from), ...Object.entries(other)]) as T;
}
