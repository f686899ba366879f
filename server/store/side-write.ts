// What a read writes by the way: a session's last use, an engine's term, the time of a token. A full disk must not turn reads into errors, so these may
// fail: counted, and not tried again for a moment, because each try may wait for the file.

export interface SideWrites {
  /** Writes that failed, or were left out after one that failed, since the start. */
  readonly lost: number;
  /** False where nothing was written. */
  try(write: () => void): boolean;
}

const PAUSE_MS = 5_000;

export interface SideWriteDeps {
  /** Told of each failure. */
  readonly failed: (error: unknown) => void;
  /** Wall clock, ms; it may be set back. */
  readonly now: () => number;
}

export function createSideWrites({ failed, now }: SideWriteDeps): SideWrites {
  let lost = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    get lost() {
      return lost;
    },
    try(write) {
      if (Math.abs(now() - failedAt) >= PAUSE_MS) {
        try {
          write();
          return true;
        } catch (error) {
          failedAt = now();
          failed(error);
        }
      }
      lost++;
      return false;
    },
  };
}
