// Notices an engine that lives and says nothing: hung in a loop, stopped, or frozen with the tab that runs it. Locks tell only of death.
// Here is the watch alone; what is done about it comes with silence-act.ts. Hidden pages don't watch: their timers are not to be trusted.
import type { Policy } from '../../core/policy.ts';
import type { Clock, Visibility } from '../../platform/ports.ts';

export interface SilenceWatch {
  begin(): void;
  /** A frame, a beat or a claim: any of them is a sign of life. */
  heard(): void;
  /** Some page of this scope acts on the silence: that is heard as well, and counts against everybody's budget. */
  claimed(): void;
  /** This page is looked at again after a while in which it may have missed a lot: asks, waits a moment, and acts. */
  awake(): void;
}

/** What the watch knows, for those who act: asked again at each step, because a word may have come meanwhile. */
export interface Silence {
  isSilent(): boolean;
  mayClaim(): boolean;
}

export interface SilenceDeps {
  readonly clock: Clock;
  readonly policy: Policy;
  readonly visibility: Visibility;
  /** Asks whoever leads to say so. */
  readonly ask: () => void;
  /** Loads what `act` needs: a silent engine often comes with a network that is gone. */
  readonly prepare: () => void;
  readonly act: (silence: Silence) => Promise<void>;
}

const LOOK_MS = 500;
/** A timer that comes later than this was not punctual: the page itself was busy, and may have what it missed still before it. */
const LATE_MS = 400;
/** The budget doubles at most this often, and is whole again after as many times its length without a claim. */
const DOUBLINGS = 5;

export function createSilenceWatch({ clock, policy, visibility, ask, prepare, act }: SilenceDeps, signal: AbortSignal): SilenceWatch {
  let heardAt = clock.monotonic();
  let punctualSince = clock.monotonic();
  let dueAt = Infinity;
  let claims = 0;
  let claimedAt = -Infinity;
  let isActing = false;

  function look(): void {
    if (signal.aborted) return;
    const now = clock.monotonic();
    if (now - dueAt > LATE_MS || !visibility.isVisible()) punctualSince = now;
    const isSilent = (): boolean => clock.monotonic() - heardAt >= policy.silenceMs;
    if (isSilent() && now - punctualSince >= policy.punctualMs) tryAct(isSilent);
    dueAt = clock.monotonic() + LOOK_MS;
    clock.after(LOOK_MS, look);
  }

  function tryAct(isSilent: () => boolean): void {
    if (isActing || signal.aborted || !visibility.isVisible() || !mayClaim()) return;
    isActing = true;
    void act({ isSilent, mayClaim }).finally(() => {
      isActing = false;
      // What came to nothing is not tried again at once.
      punctualSince = clock.monotonic();
    });
  }

  /** One claim a minute, then one in two, in four... for the scope as a whole: pages that steal from each other help nobody. */
  function mayClaim(): boolean {
    return clock.monotonic() - claimedAt >= pauseMs();
  }

  function pauseMs(): number {
    return claims === 0 ? 0 : policy.stealMs * 2 ** Math.min(claims - 1, DOUBLINGS);
  }

  function heard(): void {
    heardAt = clock.monotonic();
  }

  return {
    begin() {
      look();
      clock.after(policy.silenceMs / 2, prepare);
    },
    heard,
    claimed() {
      const now = clock.monotonic();
      if (now - claimedAt > 2 * pauseMs()) claims = 0;
      claims += 1;
      claimedAt = now;
      heard();
    },
    awake() {
      const since = clock.monotonic();
      punctualSince = since;
      ask();
      clock.after(policy.pingMs, () => {
        // One beat may be late; two that are missing and a question without an answer are silence.
        if (heardAt < since && since - heardAt >= 2 * policy.beatMs) tryAct(() => heardAt < since);
      });
    },
  };
}
