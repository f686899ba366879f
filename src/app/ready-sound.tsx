// The sound of a car that became ready, and of a session that ended: where this device was set so, and once, from one tab alone. A consumer that errs on the
// side of silence hears of the car once for all tabs; the tab that rings is one that the browser lets make a sound.
import { useCallback, useEffect, useRef } from 'react';
import { useConnectionHealth, useConsumer, type SyncEvent } from '@/lib/sync';
import { createBeep, type Beep } from './beep.ts';
import { useDeviceSettings } from './use-device-settings.ts';

/** A burst of ready cars is one sound; in this time no other tab makes it either. */
const QUIET_MS = 3_000;
const LOCK = 'holdfast-app:sound';
/** The tab that hears of a car may not have been touched yet: the others are asked too. */
const CHANNEL = 'holdfast-app:ring';
const CONSUMER = 'ready-sound';

export function ReadySound() {
  return useDeviceSettings().sounds ? <Sounding /> : null;
}

function Sounding() {
  const needsSignIn = useConnectionHealth().label === 'Sign in again';
  const ring = useRing();
  useConsumer(CONSUMER, {
    guarantee: 'at-most-once',
    filter: { eventTypes: ['stage_change'] },
    // Not awaited: what follows within the burst is the same sound.
    onEvent: (event) => void (isReady(event) && ring()),
  });
  useEffect(() => {
    if (needsSignIn) ring();
  }, [needsSignIn, ring]);
  return null;
}

/** Rings in this tab or another, whichever may. */
function useRing(): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  const beep = useRef<Beep | null>(null);
  useEffect(() => {
    const life = new AbortController();
    const opened = new BroadcastChannel(CHANNEL);
    beep.current = createBeep(life.signal);
    channel.current = opened;
    opened.addEventListener('message', () => void playOnce(beep.current), { signal: life.signal });
    return () => {
      life.abort();
      opened.close();
    };
  }, []);
  return useCallback(() => {
    channel.current?.postMessage('ring');
    void playOnce(beep.current);
  }, []);
}

/** A car that was paid early skips "ready". */
export function isReady({ data }: Pick<SyncEvent, 'data'>): boolean {
  return data['newStage'] === 'ready' || (data['newStage'] === 'paid' && data['previousStage'] === 'in_progress');
}

async function playOnce(beep: Beep | null): Promise<void> {
  if (!navigator.locks) return void (await beep?.play());
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock && (await beep?.play())) await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  });
}
