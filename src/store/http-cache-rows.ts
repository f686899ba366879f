// Rows of the store `http-cache`: what they look like, and which of them are believed. Anything else is refused, never guessed at.
import { parseCursor } from '../protocol/cursor.ts';
import { isObject } from '../protocol/json.ts';

/** What was answered, and when it was asked for (wall clock, ms since 1970: another tab may have asked). */
export interface Kept {
  readonly value: unknown;
  readonly etag: string | null;
  readonly at: number;
  /** When it was last known to be out of date; 0 = never. Out of date is whatever was asked for before that. */
  readonly staleAt: number;
}

/** What is known of an answer without reading it. */
export interface Account {
  readonly bytes: number;
  readonly usedAt: number;
  readonly hasEtag: boolean;
  readonly staleAt: number;
  readonly cause: string | null;
}

const VERSION = 1;

/** A row that can't be read counts for nothing and goes first. */
export const UNREADABLE: Account = { bytes: 0, usedAt: 0, hasEtag: false, staleAt: Infinity, cause: null };

export function encodeKept({ value, etag, at }: Pick<Kept, 'value' | 'etag' | 'at'>): unknown {
  return { v: VERSION, value, etag, at };
}

export function decodeAccount(value: unknown): Account {
  if (!isObject(value)) return UNREADABLE;
  const { bytes, usedAt, hasEtag, staleAt, cause } = value;
  const isSound = isCount(bytes) && isCount(usedAt) && isCount(staleAt) && typeof hasEtag === 'boolean' && (cause === null || typeof cause === 'string');
  return isSound ? { bytes, usedAt, hasEtag, staleAt, cause } : UNREADABLE;
}

export function decodeKept(value: unknown, { staleAt }: Account): Kept | null {
  if (!isObject(value) || value['v'] !== VERSION || !('value' in value) || !Number.isFinite(staleAt)) return null;
  const { etag, at } = value;
  const isSound = isCount(at) && (etag === null || typeof etag === 'string');
  return isSound ? { value: value['value'], etag, at, staleAt } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

/** The same event, or a later one of the same log, has said so before. */
export function isKnown(known: string | null, cause: string | null): boolean {
  if (known === null || cause === null) return false;
  const [before, now] = [parseCursor(known), parseCursor(cause)];
  return known === cause || (before !== null && now !== null && before.epoch === now.epoch && before.seq >= now.seq);
}
