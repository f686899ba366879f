// Whether what arrives follows what is there: duplicate, next, or gap. The sequencer of one stream, pure.
// It owns no clock and no transport; its commands say what the engine does. Rules: docs/protocol.md, CUR*.
import { parseCursor, type Cursor } from '../protocol/cursor.ts';
import type { ResyncReason, SyncEvent } from '../protocol/event.ts';
import type { Policy } from './policy.ts';

/** Something that has a place in the log: an event, a checkpoint, or an event refused by the decoder. */
export type Arrival =
  | { readonly kind: 'event'; readonly id: string; readonly prev: string; readonly event: SyncEvent }
  | { readonly kind: 'checkpoint'; readonly id: string; readonly prev: string }
  /** `prev` is null when the event could not be read at all: then only the very next seq is believed to follow. */
  | { readonly kind: 'refused'; readonly id: string; readonly prev: string | null };

export interface Sequencer {
  /** Cursor of the last arrival that followed; null before the first snapshot. */
  readonly cursor: Cursor | null;
  /** Arrivals ahead of the cursor, waiting for the missing one; at most `holdEvents`. */
  readonly held: readonly Arrival[];
  /** When the gap was first seen; null without one. */
  readonly gapSince: number | null;
  /** Reconnects from this very cursor that brought nothing. */
  readonly fruitless: number;
}

export type SequencerInput =
  | { readonly type: 'arrived'; readonly arrival: Arrival }
  /** The heartbeat's cursor: the last id that the server sent on this stream. */
  | { readonly type: 'heartbeat'; readonly cursor: string }
  /** Time went on; asked for by `wake-at`. */
  | { readonly type: 'tick' }
  /** A new stream was opened from the cursor: what was held came from the old one. */
  | { readonly type: 'reopened' }
  /** A snapshot, or the stored cursor of another engine, is in place. */
  | { readonly type: 'moved'; readonly cursor: string | null };

export type SequencerCommand =
  /** These follow, in order: commit them. */
  | { readonly do: 'take'; readonly arrivals: readonly Arrival[] }
  | { readonly do: 'count'; readonly what: 'duplicate' | 'gap' | 'shed' }
  /** Abort the stream and open it again from the stored cursor. */
  | { readonly do: 'reconnect' }
  /** Open the stream again from the cursor, beside the present one: only the server can say whether the cursor lies on the log that this stream tells. */
  | { readonly do: 'verify' }
  | { readonly do: 'resync'; readonly reason: ResyncReason }
  | { readonly do: 'wake-at'; readonly at: number };

export type SequencerStep = readonly [Sequencer, readonly SequencerCommand[]];

export const EMPTY_SEQUENCER: Sequencer = { cursor: null, held: [], gapSince: null, fruitless: 0 };

export function stepSequencer(state: Sequencer, input: SequencerInput, now: number, policy: Policy): SequencerStep {
  switch (input.type) {
    case 'arrived':
      return arrive(state, input.arrival, now, policy);
    case 'heartbeat':
      return hear(state, input.cursor, now, policy);
    case 'tick':
      return judgeGap(state, now, policy);
    case 'reopened':
      return [{ ...state, held: [], gapSince: null }, []];
    case 'moved':
      return [{ ...EMPTY_SEQUENCER, cursor: parseCursor(input.cursor) }, []];
  }
}

function arrive(state: Sequencer, arrival: Arrival, now: number, policy: Policy): SequencerStep {
  const mine = state.cursor;
  const id = parseCursor(arrival.id);
  if (!mine || !id) return [state, []];
  if (id.epoch !== mine.epoch) return resync(state, 'unknown');
  if (isFork(mine, id)) return resync(state, 'forked');
  if (id.seq <= mine.seq) return [state, [{ do: 'count', what: 'duplicate' }]];
  const prev = parseCursor(arrival.prev);
  if (prev && isFork(mine, prev)) return resync(state, 'forked');
  if (follows(mine, arrival)) return take(state, arrival, now);
  const [held, commands] = hold(state, arrival, now, policy);
  return [held, prev && prev.seq < mine.seq && state.gapSince === null ? [...commands, { do: 'verify' }] : commands];
}

/** One place of one epoch with two checks: the log was restored and filled anew. */
function isFork(mine: Cursor, other: Cursor): boolean {
  return other.epoch === mine.epoch && other.seq === mine.seq && other.check !== mine.check;
}

function follows(mine: Cursor, arrival: Arrival): boolean {
  if (arrival.prev === null) return parseCursor(arrival.id)?.seq === mine.seq + 1;
  return arrival.prev === mine.text;
}

function take(state: Sequencer, first: Arrival, now: number): SequencerStep {
  const taken: Arrival[] = [];
  let rest: readonly Arrival[] = state.held;
  for (let next: Arrival | undefined = first; next; next = rest.find((held) => follows(cursorOf(taken), held))) {
    taken.push(next);
    rest = rest.filter((held) => held !== next);
  }
  const cursor = cursorOf(taken);
  const held = rest.filter((arrival) => seqOf(arrival) > cursor.seq);
  const doubles = rest.length - held.length;
  const counts = Array.from({ length: doubles }, () => ({ do: 'count', what: 'duplicate' }) as const);
  const gapSince = held.length > 0 ? now : null;
  return [{ cursor, held, gapSince, fruitless: 0 }, [{ do: 'take', arrivals: taken }, ...counts]];
}

function cursorOf(taken: readonly Arrival[]): Cursor {
  const last = taken.at(-1);
  const cursor = last ? parseCursor(last.id) : null;
  if (!cursor) throw new TypeError('No cursor');
  return cursor;
}

function hold(state: Sequencer, arrival: Arrival, now: number, policy: Policy): SequencerStep {
  if (state.held.some((held) => held.id === arrival.id)) return [state, [{ do: 'count', what: 'duplicate' }]];
  if (state.held.length >= policy.holdEvents) return giveUp(state, [{ do: 'count', what: 'shed' }], policy);
  const gapSince = state.gapSince ?? now;
  const opened = state.gapSince === null ? [{ do: 'count', what: 'gap' } as const] : [];
  return [{ ...state, held: [...state.held, arrival], gapSince }, [...opened, { do: 'wake-at', at: gapSince + policy.holdMs }]];
}

function hear(state: Sequencer, text: string, now: number, policy: Policy): SequencerStep {
  const mine = state.cursor;
  const theirs = parseCursor(text);
  if (!mine || !theirs) return [state, []];
  if (theirs.epoch !== mine.epoch) return resync(state, 'unknown');
  if (isFork(mine, theirs)) return resync(state, 'forked');
  if (theirs.seq <= mine.seq) return state.held.length > 0 ? [state, []] : [{ ...state, gapSince: null }, []];
  if (state.gapSince !== null) return judgeGap(state, now, policy);
  return [
    { ...state, gapSince: now },
    [
      { do: 'count', what: 'gap' },
      { do: 'wake-at', at: now + policy.holdMs },
    ],
  ];
}

function judgeGap(state: Sequencer, now: number, policy: Policy): SequencerStep {
  if (state.gapSince === null) return [state, []];
  if (now < state.gapSince + policy.holdMs) return [state, [{ do: 'wake-at', at: state.gapSince + policy.holdMs }]];
  return giveUp(state, [], policy);
}

/** The missing one won't come on this stream: ask again from the cursor, and after some fruitless times for everything. */
function giveUp(state: Sequencer, counts: readonly SequencerCommand[], policy: Policy): SequencerStep {
  const fruitless = state.fruitless + 1;
  if (fruitless > policy.gapReconnects) return resync(state, 'unknown');
  return [{ ...state, held: [], gapSince: null, fruitless }, [...counts, { do: 'reconnect' }]];
}

/** The sequencer stands still from here until `moved`: nothing of this stream follows anything. */
function resync(state: Sequencer, reason: ResyncReason): SequencerStep {
  return [{ ...state, cursor: null, held: [], gapSince: null }, [{ do: 'resync', reason }]];
}

function seqOf(arrival: Arrival): number {
  return parseCursor(arrival.id)?.seq ?? 0;
}
