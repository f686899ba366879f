// Who else is at this order, who edits it, who types. People stand in the page's bar, where nothing moves when somebody comes; the lock says what it
// closes, and what stays open.
import { Lock, Pencil } from 'lucide-react';
import { useContext } from 'react';
import { timeOfDay } from '../format.ts';
import { useFrame } from '../frame.ts';
import { words } from '../words.ts';
import { PresenceContext, type PresenceHere } from './presence-context.ts';
import '../styles/team.css';

const MOST_AVATARS = 3;

export function PeopleHere() {
  const { people, typing } = useContext(PresenceContext);
  // One person on two devices is one name.
  const editing = namesOf(people.filter(({ doing }) => doing === 'editing'));
  const names = namesOf(people);
  const said = typing.length > 0 ? words.team.typing(namesOf(typing)) : editing.length > 0 ? words.team.editing(editing) : words.team.here(names);
  return (
    <p className="team-people">
      {names.slice(0, MOST_AVATARS).map((name) => (
        <span key={name} className="team-avatar" aria-hidden="true">
          {words.team.initials(name)}
        </span>
      ))}
      {names.length > 0 && editing.length > 0 && <Pencil className="icon" aria-hidden="true" />}
      {names.length > 0 && <span className="team-said">{said}</span>}
    </p>
  );
}

function namesOf(people: readonly { readonly name: string }[]): string[] {
  return [...new Set(people.map(({ name }) => name))];
}

/** Behind the line that says how old the page is. */
export function PeopleUnknown() {
  const { standing } = useFrame();
  const { isKnown } = useContext(PresenceContext);
  return standing.kind === 'last-known' && !isKnown ? <span>{words.team.unknown}</span> : null;
}

/** Stands from the start, or its first words would not be spoken. */
export function LockLine() {
  return (
    <div className="team" role="status">
      <LockBanner />
    </div>
  );
}

function LockBanner() {
  const { lock, standing } = useContext(PresenceContext);
  const text = lockText(lock, standing);
  if (text === null) return null;
  const [title, detail] = text;
  return (
    <p className="team-lock">
      <Lock className="icon" aria-hidden="true" />
      <span>
        <strong>{title}</strong> {detail}
      </span>
    </p>
  );
}

function lockText(lock: PresenceHere['lock'], standing: PresenceHere['standing']): readonly [title: string, detail: string] | null {
  if (lock) return (standing === 'none' ? words.team.locked : words.team.lockedTyped)(lock.name, timeOfDay(lock.until));
  return standing === 'lost' ? words.team.lost : null;
}
