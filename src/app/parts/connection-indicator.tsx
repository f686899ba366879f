// The connection in one word, always rightmost, with a fixed width per state. Opened, it says what is known and what can be done.
import { CircleDashed, CloudOff, KeyRound } from 'lucide-react';
import { useContext, useId, useState, type ReactNode } from 'react';
import type { IndicatorHealth, IndicatorState } from '../indicator-state.ts';
import { timeOfDay } from '../format.ts';
import { useClock } from '../use-clock.ts';
import { words } from '../words.ts';
import { UnsentContext } from '../writes.ts';
import { age, nextAttempt, type ConnectionIndicatorProps } from './connection-facts.ts';
import { ConnectionPopover } from './connection-popover.tsx';
import { UnsentCount } from './outbox-place.tsx';

const LABELS: Readonly<Record<IndicatorState, string>> = {
  live: words.connection.live,
  polling: words.connection.polling,
  offline: words.connection.offline,
  connecting: words.connection.connecting,
  'sign-in': words.connection.signIn,
};

export function ConnectionIndicator(props: ConnectionIndicatorProps) {
  const { state, health } = props;
  const popoverId = useId();
  const [isOpen, setOpen] = useState(false);
  const { entries } = useContext(UnsentContext);
  const since = useClock((nowMs) => subText(state, health, isOpen, nowMs));
  const sub = state === 'sign-in' && entries > 0 ? words.connection.waiting(entries) : since;
  return (
    <div className="connection">
      <button type="button" className={`indicator is-${state}`} popoverTarget={popoverId} aria-expanded={isOpen} data-state={state}>
        <Mark state={state} />
        <span className="indicator-label">{LABELS[state]}</span>
        {sub !== '' && <span className="indicator-sub">{sub}</span>}
        <UnsentCount />
        {state === 'live' && <span className="indicator-count">{words.updates(health.updates)}</span>}
      </button>
      <ConnectionPopover id={popoverId} isOpen={isOpen} onToggle={setOpen} {...props} />
    </div>
  );
}

/** The second half of the indicator: how old, since when, or when the next attempt is. */
function subText(state: IndicatorState, health: IndicatorHealth, isOpen: boolean, nowMs: number): string {
  const { lastByteAt, retryAt } = health;
  switch (state) {
    case 'live':
    case 'polling':
      return lastByteAt === null ? '' : age(nowMs - lastByteAt);
    case 'offline':
      if (isOpen && retryAt !== null) return nextAttempt(retryAt, nowMs);
      return lastByteAt === null ? '' : words.connection.since(timeOfDay(lastByteAt));
    case 'connecting':
      return lastByteAt === null ? '' : words.connection.asOf(timeOfDay(lastByteAt));
    case 'sign-in':
      return '';
  }
}

function Mark({ state }: { readonly state: IndicatorState }): ReactNode {
  switch (state) {
    case 'live':
      return <span className="mark mark-live" />;
    case 'polling':
      return <span className="mark mark-polling" />;
    case 'offline':
      return <CloudOff className="icon" aria-hidden="true" />;
    case 'connecting':
      return <CircleDashed className="icon" aria-hidden="true" />;
    case 'sign-in':
      return <KeyRound className="icon" aria-hidden="true" />;
  }
}
