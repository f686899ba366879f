// Back after a time without a connection: how much of what waited has gone out, and whether something of it needs a person. Said once, when
// nothing is on its way any more.
import { useEffect, useRef } from 'react';
import { useOutbox } from '@/lib/sync';
import type { NewToast } from './new-toast.ts';
import { words } from './words.ts';

/** The outbox in numbers: on its way, and for a person. */
export interface Unsent {
  readonly waiting: number;
  readonly needsYou: number;
}

/** What there was when the connection was last missing; null where nothing waited, or where it has been said. Answers the sentence that is due. */
export function stepSent(before: Unsent | null, isConnected: boolean, now: Unsent): readonly [Unsent | null, string | null] {
  if (!isConnected) return [now.waiting > 0 ? now : null, null];
  if (!before || now.waiting > 0) return [before, null];
  const more = Math.max(0, now.needsYou - before.needsYou);
  const sent = Math.max(0, before.waiting - more);
  return [null, more === 0 ? words.outbox.sentAgain(sent) : words.outbox.sentSome(sent, more)];
}

export interface SentAgain {
  readonly isConnected: boolean;
  show(toast: NewToast): void;
}

export function useSentAgain({ isConnected, show }: SentAgain): void {
  const { entries, needsYou } = useOutbox();
  const waiting = entries.length - needsYou.length;
  const before = useRef<Unsent | null>(null);
  useEffect(() => {
    const [next, text] = stepSent(before.current, isConnected, { waiting, needsYou: needsYou.length });
    before.current = next;
    if (text !== null) show({ tone: 'info', text });
  }, [isConnected, waiting, needsYou.length, show]);
}
