// The standing of values on the screen: present, or the last known ones, told apart without colour.

/** `atMs` (wall clock) is the time of the last byte; null where even that isn't known. */
export type Standing = { readonly kind: 'present' } | { readonly kind: 'last-known'; readonly atMs: number | null };

export const PRESENT: Standing = { kind: 'present' };
