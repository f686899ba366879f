// Two short tones, made here: no file, no network. A sound never says anything that isn't also written on the screen.

export interface Beep {
  /** False where the browser lets this page make no sound yet: it wants a touch first. */
  play(): Promise<boolean>;
}

const FIRST_HZ = 660;
const SECOND_HZ = 880;
const TONE_S = 0.14;
const LOUDNESS = 0.18;

/** Makes its audio context at the first sound. `signal` ends it. */
export function createBeep(signal: AbortSignal): Beep {
  let context: AudioContext | null = null;
  signal.addEventListener('abort', () => void context?.close(), { once: true });
  return {
    async play() {
      if (signal.aborted || !('AudioContext' in globalThis)) return false;
      context ??= new AudioContext();
      // Without a touch `resume` stays pending for ever.
      await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]);
      if (context.state !== 'running') return false;
      tone(context, FIRST_HZ, context.currentTime);
      tone(context, SECOND_HZ, context.currentTime + TONE_S);
      return true;
    },
  };
}

/** Rises and falls within its time, so that it doesn't click. */
function tone(context: AudioContext, hz: number, at: number): void {
  const source = context.createOscillator();
  const gain = context.createGain();
  source.frequency.value = hz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.linearRampToValueAtTime(0, at + TONE_S);
  source.connect(gain).connect(context.destination);
  source.start(at);
  source.stop(at + TONE_S);
}
