// Keys without a modifier: G and a letter go to a place, / to the search. They can be switched off, and never act while somebody types.
import { useEffect } from 'react';
import { useDeviceSettings } from './use-device-settings.ts';
import { hrefOf, type Route } from './routes.ts';
import { useRouter } from './use-visit.ts';

/** How long G waits for its letter. */
const CHORD_MS = 1_500;

const PLACES: Readonly<Record<string, Route>> = {
  b: { place: 'board' },
  o: { place: 'orders', stage: 'open', query: '' },
  d: { place: 'dashboard' },
  s: { place: 'settings' },
};

export function Shortcuts() {
  const { shortcuts } = useDeviceSettings();
  const router = useRouter();
  useEffect(() => {
    if (!shortcuts) return;
    const life = new AbortController();
    let chordAt = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (!isPlain(event) || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      const place = Object.hasOwn(PLACES, key) ? PLACES[key] : undefined;
      const isChord = event.timeStamp - chordAt < CHORD_MS;
      chordAt = key === 'g' ? event.timeStamp : -Infinity;
      if (isChord && place) router.go(hrefOf(place));
    };
    document.addEventListener('keydown', press, { signal: life.signal });
    return () => life.abort();
  }, [shortcuts, router]);
  return null;
}

function isPlain({ ctrlKey, altKey, metaKey, repeat, defaultPrevented }: KeyboardEvent): boolean {
  return !ctrlKey && !altKey && !metaKey && !repeat && !defaultPrevented;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, dialog[open]') !== null);
}
