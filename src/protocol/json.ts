// What may arrive as JSON, and the bounds within which it is believed. Everything from outside enters through here as `unknown`.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a plain object as JSON.parse makes it: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why a JSON value is refused before anything else reads it. */
export type JsonRefusal = 'too-deep' | 'forbidden-key';
