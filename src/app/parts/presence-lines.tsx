// Who else is at this order, who edits it, who types. The line of people keeps its place, so that nothing moves when somebody comes.
import { Lock, Pencil } from 'lucide-react';
import { useContext } from 'react';
import { timeOfDay } from '../format.ts';
import { useFrame } from '../frame.ts';
import { words } from '../words.ts';
import { PresenceContext, type PresenceHere } from './presence-context.ts';
import '../styles/team.css';

const MOST_AVATARS = 3;

export function PresenceLines() {
  return (
    <div className="team">
      <People />
      <div role="status">
        <LockBanner />
      </div>
    </div>
  );
}

function People() {
  const { standing } = useFrame();
  const { people, isKnown, typing } = useContext(PresenceContext);
  if (standing.kind === 'last-known' && !isKnown) return <p className="team-people">{words.team.unknown}</p>;
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
      {names.length > 0 && <span>{said}</span>}
    </p>
  );
}

function namesOf(people: readonly { readonly name: string }[]): string[] {
  return [...new Set(people.map(({ name }) => name))];
}

function LockBanner() {
  const { lock, standing } = useContext(PresenceContext);
  const text = lockText(lock, standing);
  if (text === null) return null;
  return (
    <p className="team-lock">
      <Lock className="icon" aria-hidden="true" />
      <span>{text}</span>
    </p>
  );
}

function lockText(lock: PresenceHere['lock'], standing: PresenceHere['standing']): string | null {
  if (lock) return (standing === 'none' ? words.team.locked : words.team.lockedTyped)(lock.name, timeOfDay(lock.until));
  return standing === 'lost' ? words.team.lost : null;
}
