// The sound of a car that became ready, and of a session that ended: where this device was set so, and from one tab alone.
import { useEffect, useRef } from 'react';
import { useConnectionHealth, useSyncManager, type SyncEvent } from '@/lib/sync';
import { createBeep, type Beep } from './beep.ts';
import { useDeviceSettings } from './use-device-settings.ts';

/** A burst of ready cars is one sound; in this time no other tab makes it either. */
const QUIET_MS = 3_000;
const LOCK = 'holdfast-app:sound';

export function ReadySound() {
  return useDeviceSettings().sounds ? <Sounding /> : null;
}

function Sounding() {
  const { subscribeToEventType } = useSyncManager();
  const needsSignIn = useConnectionHealth().label === 'Sign in again';
  const beep = useRef<Beep | null>(null);
  useEffect(() => {
    const life = new AbortController();
    beep.current = createBeep(life.signal);
    return () => life.abort();
  }, []);
  useEffect(() => subscribeToEventType('stage_change', (event) => isReady(event) && void playOnce(beep.current)), [subscribeToEventType]);
  useEffect(() => {
    if (needsSignIn) void playOnce(beep.current);
  }, [needsSignIn]);
  return null;
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
