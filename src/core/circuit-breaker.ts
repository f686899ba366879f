// The circuit breaker: after too many failures the thing that fails is left alone for a while, and tried once before it is trusted again.
// Pure and without a subject: streams have one, and whoever else must not hammer may have another.
//
//   closed --failures spent, or one failure on probation--> open --its time is up, or somebody has a reason--> half-open
//     ^                                                      ^                                                    |  |
//     |                                                      +----------------------failed-----------------------+  |
//     +--------------------------------------passed (on probation until proved)--------------------------------------+

/** `trips` = how often it opened since the last proof of health: each opening lasts twice as long as the one before. */
export type Breaker =
  | { readonly at: 'closed'; readonly failures: number; readonly trips: number }
  | { readonly at: 'open'; readonly until: number; readonly trips: number }
  | { readonly at: 'half-open'; readonly trips: number };

export type BreakerEvent =
  | 'failed'
  /** It is tried now. */
  | 'probed'
  /** What was tried worked, for now. */
  | 'passed'
  /** It has worked long enough: what was before doesn't count any more. */
  | 'proved'
  /** A person wants it tried, whatever was before. */
  | 'asked';

export interface BreakerLimits {
  /** Failures that open a closed breaker. */
  readonly maxAttempts: number;
  /** First pause, ms, and the longest. */
  readonly breakerOpenMs: number;
  readonly breakerMaxMs: number;
}

export const CLOSED: Breaker = { at: 'closed', failures: 0, trips: 0 };

type Row = (breaker: Breaker, now: number, limits: BreakerLimits) => Breaker;

export function stepBreaker(breaker: Breaker, event: BreakerEvent, now: number, limits: BreakerLimits): Breaker {
  return TABLE[breaker.at][event](breaker, now, limits);
}

const stay: Row = (breaker) => breaker;
const closed: Row = () => CLOSED;
const halfOpen: Row = ({ trips }) => ({ at: 'half-open', trips });
/** The pauses start again at the first, but only a success closes it. */
const askedOpen: Row = () => ({ at: 'half-open', trips: 0 });

const open: Row = ({ trips }, now, { breakerOpenMs, breakerMaxMs }) => ({
  at: 'open',
  until: now + Math.min(breakerMaxMs, breakerOpenMs * 2 ** Math.min(trips, 16)),
  trips: trips + 1,
});

/** On probation (it has been open and nothing was proved since) one failure is enough. */
const countFailure: Row = (breaker, now, limits) => {
  const failures = breaker.at === 'closed' ? breaker.failures + 1 : 1;
  const { trips } = breaker;
  return failures >= limits.maxAttempts || trips > 0 ? open(breaker, now, limits) : { at: 'closed', failures, trips };
};

const TABLE: { readonly [A in Breaker['at']]: { readonly [E in BreakerEvent]: Row } } = {
  closed: { failed: countFailure, probed: stay, passed: stay, proved: closed, asked: closed },
  // A late answer from before it opened proves nothing, neither way.
  open: { failed: stay, probed: halfOpen, passed: stay, proved: stay, asked: askedOpen },
  'half-open': { failed: open, probed: stay, passed: ({ trips }) => ({ at: 'closed', failures: 0, trips }), proved: closed, asked: askedOpen },
};
