// A page on which nothing is pending, for tests that are about something else.
import type { Pending } from '../../src/client/writes/pending.ts';

export const NO_PENDING: Pick<Pending, 'ready' | 'over' | 'saw'> = { ready: () => Promise.resolve(), over: () => new Map(), saw: () => {} };
