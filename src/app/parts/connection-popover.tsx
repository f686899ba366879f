// What stands behind the one word: a sentence, the last update, the next attempt, updates since load. The browser closes it on
// Escape and on a touch outside, and gives the focus back.
import { timeOfDay } from '../format.ts';
import { hrefOf } from '../routes.ts';
import { useClock } from '../use-clock.ts';
import { words } from '../words.ts';
import { age, nextAttempt, type ConnectionIndicatorProps } from './connection-facts.ts';

interface ConnectionPopoverProps extends ConnectionIndicatorProps {
  readonly id: string;
  readonly isOpen: boolean;
  onToggle(isOpen: boolean): void;
}

export function ConnectionPopover(props: ConnectionPopoverProps) {
  const { id, isOpen, onToggle, state } = props;
  return (
    <div
      id={id}
      popover="auto"
      className="popover connection-popover"
      role="dialog"
      aria-label={words.connection.popoverName}
      onToggle={(event) => onToggle(event.newState === 'open')}
    >
      <p className="popover-lead">{props.health.trouble ?? words.connection.sentence[state]}</p>
      {isOpen && <Facts {...props} />}
      <PopoverAction {...props} />
      <a className="link-button popover-link" href={hrefOf({ place: 'debug' })}>
        {words.debug.title}
      </a>
    </div>
  );
}

function Facts({ health }: ConnectionPopoverProps) {
  const last = useClock((nowMs) =>
    health.lastByteAt === null ? words.connection.never : `${timeOfDay(health.lastByteAt)}, ${age(nowMs - health.lastByteAt)}`,
  );
  const next = useClock((nowMs) => (health.retryAt === null ? null : nextAttempt(health.retryAt, nowMs)));
  return (
    <dl className="facts">
      <Fact name={words.connection.lastUpdate} value={last} />
      {next !== null && <Fact name={words.connection.nextAttempt} value={next} />}
      <Fact name={words.connection.sinceLoad} value={words.updates(health.updates)} />
      {health.reason !== null && <Fact name={words.connection.reason} value={words.connection.why(health.reason)} />}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function PopoverAction({ state, onTryNow, onSignIn }: ConnectionPopoverProps) {
  if (state === 'sign-in') {
    return (
      <button type="button" className="button button-primary" onClick={onSignIn}>
        {words.connection.signInAction}
      </button>
    );
  }
  if (state === 'live' || state === 'connecting') return null;
  return (
    <button type="button" className="button button-outline" onClick={onTryNow}>
      {words.connection.tryNow}
    </button>
  );
}
