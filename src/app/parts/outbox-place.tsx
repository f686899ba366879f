// The way to the outbox among the places, with the number of entries that are not sent.
import { CloudUpload } from 'lucide-react';
import { useContext } from 'react';
import { words } from '../words.ts';
import { UnsentContext, WritesContext } from '../writes.ts';

export function OutboxPlace() {
  const { openOutbox } = useContext(WritesContext);
  const { entries, needsYou } = useContext(UnsentContext);
  return (
    <li>
      <button type="button" className="place place-outbox" aria-haspopup="dialog" onClick={() => openOutbox()}>
        <span className="place-pill">
          <CloudUpload className="icon" aria-hidden="true" />
        </span>
        <span className="place-label" aria-hidden="true">
          {words.outbox.title}
        </span>
        <span className="unseen">{words.outbox.place(entries, needsYou)}</span>
        {entries > 0 && (
          <span className={needsYou > 0 ? 'place-badge is-critical' : 'place-badge'} aria-hidden="true">
            {entries}
          </span>
        )}
      </button>
    </li>
  );
}

/** In the indicator: how many entries are not sent. */
export function UnsentCount() {
  const { entries, needsYou } = useContext(UnsentContext);
  if (entries === 0) return null;
  return (
    <span className={needsYou > 0 ? 'indicator-unsent is-critical' : 'indicator-unsent'}>
      <CloudUpload className="icon" aria-hidden="true" />
      <span>{entries}</span>
      <span className="unseen">{words.outbox.notSent(needsYou)}</span>
    </span>
  );
}
