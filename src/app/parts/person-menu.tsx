// Who is signed in here, and the way out.
import { useId } from 'react';
import type { SessionInfo } from '../../protocol/http.ts';
import { initials } from '../format.ts';
import type { SignOut } from '../use-sign-out.ts';
import { words } from '../words.ts';
import { SignOutPanel } from './sign-out.tsx';

export interface PersonMenuProps {
  readonly session: SessionInfo;
  /** Ends the session; a rejection is shown in the menu. */
  readonly signOut: SignOut;
}

export function PersonMenu({ session, signOut }: PersonMenuProps) {
  const menuId = useId();
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
        <SignOutPanel signOut={signOut} />
      </div>
    </div>
  );
}
