// Lets through what changed, at most once a frame: data come as fast as events, a picture is only worth drawing when somebody sees it.

export interface FrameGate<T> {
  /** Draws `value` with the next frame, unless its key is that of what is drawn or a newer one comes first. */
  set(value: T): void;
  /** Draws the last value again whatever its key: colours or size changed. */
  again(): void;
}

export interface FrameGateDeps<T> {
  key(value: T): string;
  draw(value: T): void;
  /** requestAnimationFrame. */
  frame(run: () => void): void;
}

export function createFrameGate<T>({ key, draw, frame }: FrameGateDeps<T>, signal: AbortSignal): FrameGate<T> {
  let latest: { readonly value: T } | null = null;
  let drawn: string | null = null;
  let isDue = false;

  function plan(): void {
    if (isDue) return;
    isDue = true;
    frame(() => {
      isDue = false;
      if (signal.aborted || !latest) return;
      const now = key(latest.value);
      if (now === drawn) return;
      drawn = now;
      draw(latest.value);
    });
  }

  return {
    set(value) {
      latest = { value };
      if (key(value) !== drawn) plan();
    },
    again() {
      drawn = null;
      if (latest) plan();
    },
  };
}
