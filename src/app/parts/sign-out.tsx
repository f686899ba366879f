// The way out of a session: one button, and where entries were not sent, what shall become of them. The same in the person's menu and in
// the settings.
import { LogOut } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useSignOut, type Leaving, type SignOut } from '../use-sign-out.ts';
import { words } from '../words.ts';

const said = words.person.leave;

export function SignOutPanel({ signOut }: { readonly signOut: SignOut }) {
  const leaving = useSignOut(signOut);
  const { phase, leave } = leaving;
  if (phase.at === 'unsent') return <UnsentEntries {...leaving} phase={phase} />;
  const isLeaving = phase.at === 'leaving';
  return (
    <>
      {phase.at === 'failed' && (
        <p className="field-error" role="alert">
          {words.person.failed}
        </p>
      )}
      <button
        type="button"
        className="button button-outline"
        aria-disabled={isLeaving ? true : undefined}
        onClick={isLeaving ? undefined : () => leave('refuse')}
      >
        <LogOut className="icon" aria-hidden="true" />
        {isLeaving ? words.person.signingOut : words.person.signOut}
      </button>
    </>
  );
}

function UnsentEntries({ phase: { entries, hasTried }, leave, stay }: Leaving & { readonly phase: Extract<Leaving['phase'], { at: 'unsent' }> }) {
  const title = useRef<HTMLParagraphElement>(null);
  // The button that was pressed is gone: the question takes its focus, and is read.
  useEffect(() => title.current?.focus(), []);
  return (
    <div className="leave" role="group" aria-labelledby="leave-title">
      <p id="leave-title" ref={title} tabIndex={-1} className="leave-title">
        {said.title(entries)}
      </p>
      <p className="leave-lead">{hasTried ? said.notSent : said.lead}</p>
      <button type="button" className="button button-primary" onClick={stay}>
        {said.stay}
      </button>
      <button type="button" className="button button-outline" onClick={() => leave('refuse')}>
        {said.sendFirst}
      </button>
      <button type="button" className="button button-outline" onClick={() => leave('keep')}>
        {said.keep}
      </button>
      <button type="button" className="button button-critical" onClick={() => leave('discard')}>
        {said.discard}
      </button>
    </div>
  );
}
