// Keys without a modifier: G and a letter go to a place, N writes a new order, ? lists them all. They can be switched off, and never act
// while somebody types.
import { useContext, useEffect, useState } from 'react';
import { useNewOrder } from './new-order/new-order.ts';
import { KeyList } from './parts/key-list.tsx';
import { useDeviceSettings } from './use-device-settings.ts';
import { hrefOf, type Route } from './routes.ts';
import { useRouter } from './use-visit.ts';
import { WritesContext } from './writes.ts';

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
  const newOrder = useNewOrder();
  const { openOutbox } = useContext(WritesContext);
  const [isListed, setListed] = useState(false);
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
      if (isChord && key === 'x') return openOutbox();
      if (isChord) return place && router.go(hrefOf(place));
      if (key === '?') setListed(true);
      if (key !== 'n' || !newOrder) return;
      // Else the letter would be typed into the field that gets the focus.
      event.preventDefault();
      newOrder();
    };
    document.addEventListener('keydown', press, { signal: life.signal });
    return () => life.abort();
  }, [shortcuts, router, newOrder, openOutbox]);
  return isListed ? <KeyList onClose={() => setListed(false)} /> : null;
}

function isPlain({ ctrlKey, altKey, metaKey, repeat, defaultPrevented }: KeyboardEvent): boolean {
  return !ctrlKey && !altKey && !metaKey && !repeat && !defaultPrevented;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, dialog[open]') !== null);
}
