// Who is signed in here, and the way out.
import { LogOut } from 'lucide-react';
import { useId, useState } from 'react';
import type { SessionInfo } from '../../protocol/http.ts';
import { initials } from '../format.ts';
import { words } from '../words.ts';

export interface PersonMenuProps {
  readonly session: SessionInfo;
  /** Ends the session; a rejection is shown in the menu. */
  signOut(): Promise<void>;
}

export function PersonMenu({ session, signOut }: PersonMenuProps) {
  const menuId = useId();
  const [phase, setPhase] = useState<'idle' | 'leaving' | 'failed'>('idle');
  const leave = () => {
    setPhase('leaving');
    signOut().then(
      () => setPhase('idle'),
      () => setPhase('failed'),
    );
  };
  const [firstName = session.name] = session.name.split(' ');
  return (
    <div className="person">
      <button type="button" className="person-button" popoverTarget={menuId}>
        <span className="avatar avatar-large" aria-hidden="true">
          {initials(session.name)}
        </span>
        <span className="person-short">{firstName}</span>
        <span className="person-long">
          <span className="person-name">{session.name}</span>
          <span className="person-role">{words.person.role[session.role]}</span>
        </span>
        <span className="unseen">{words.person.account}</span>
      </button>
      <div id={menuId} popover="auto" className="popover person-menu">
        <p className="popover-lead">{session.name}</p>
        <p className="popover-sub">{`${words.person.role[session.role]} · ${session.tenantName}`}</p>
        {phase === 'failed' && (
          <p className="field-error" role="alert">
            {words.person.failed}
          </p>
        )}
        <button
          type="button"
          className="button button-outline"
          aria-disabled={phase === 'leaving' ? true : undefined}
          onClick={phase === 'leaving' ? undefined : leave}
        >
          <LogOut className="icon" aria-hidden="true" />
          {phase === 'leaving' ? words.person.signingOut : words.person.signOut}
        </button>
      </div>
    </div>
  );
}
