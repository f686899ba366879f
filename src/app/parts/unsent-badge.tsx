// How a write that is not confirmed stands, beside what it changed: on its way, waiting, or waiting for a person. Never by colour alone.
import { CircleAlert, CloudUpload } from 'lucide-react';
import type { Unsent } from '../use-outbox-items.ts';
import { useDelayedFlag } from '../use-delayed-flag.ts';
import { words } from '../words.ts';

export interface UnsentBadgeProps {
  readonly unsent: Unsent;
  /** True while entries go out at once: then a quick one shows nothing. */
  readonly isConnected: boolean;
}

export function UnsentBadge({ unsent, isConnected }: UnsentBadgeProps) {
  const isShown = useDelayedFlag(unsent === 'waiting', isConnected ? 400 : 0, 600);
  if (unsent === 'needs-you') {
    return (
      <span className="badge-pending badge-needs">
        <CircleAlert className="icon" aria-hidden="true" />
        {words.outbox.needsYou}
      </span>
    );
  }
  if (!isShown) return null;
  return (
    <span className="badge-pending">
      <CloudUpload className="icon" aria-hidden="true" />
      {isConnected ? words.sending : words.outbox.waiting}
    </span>
  );
}
