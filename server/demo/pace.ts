// The time-scale of the demo: a day of the business runs faster than the clock on the wall, so that a newcomer sees it move.
// Pure arithmetic; nobody sleeps here.

/** How many times faster than the wall a branch lives at rate 1: a wash of 25 minutes takes about three. */
const DEMO_SPEED = 8;

/** After so much stillness (real time) of a branch the next thing happens a little early. */
export const QUIET_MS = 3_500;

/** How far ahead, in real time, such a thing may lie. */
export const EARLY_MS = 90_000;

const DAY_MINUTES = 24 * 60;

/** When the traffic started and how fast it goes. What lies before the start passed at the speed of the wall. */
export interface Pace {
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** 1..100, multiplies DEMO_SPEED. */
  readonly rate: number;
}

/** Business minutes since an ISO time; 0 for one that lies ahead. */
export function minutesSince(iso: string, pace: Pace): number {
  const atMs = Date.parse(iso);
  const before = Math.max(0, pace.startedAtMs - atMs);
  const after = Math.max(0, pace.nowMs - Math.max(atMs, pace.startedAtMs));
  return (before + after * DEMO_SPEED * pace.rate) / 60_000;
}

/** Business minutes of an invented calendar that began with the epoch. */
export function businessMinutes(pace: Pace): number {
  return (pace.startedAtMs + (pace.nowMs - pace.startedAtMs) * DEMO_SPEED * pace.rate) / 60_000;
}

/** Real milliseconds that a number of business minutes takes. */
export function toRealMs(minutes: number, pace: Pace): number {
  return (minutes * 60_000) / (DEMO_SPEED * pace.rate);
}

/** How long the queue would like to be at this hour: three peaks a day, between 4 and 9 cars. */
export function wantedQueue(pace: Pace): number {
  const hour = (businessMinutes(pace) % DAY_MINUTES) / DAY_MINUTES;
  return Math.round(6.5 - 2.5 * Math.cos(hour * 3 * 2 * Math.PI));
}
