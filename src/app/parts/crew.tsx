// Who works on a car: initials on neutral discs, because colour means a stage and never a person.
import { initials } from '../format.ts';
import { words } from '../words.ts';

const SHOWN = 3;

export function Crew({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <span className="crew" />;
  return (
    <span className="crew" role="img" aria-label={words.bay.crew(names)} title={names.join(', ')}>
      {names.slice(0, SHOWN).map((name) => (
        <span key={name} className="avatar" aria-hidden="true">
          {initials(name)}
        </span>
      ))}
    </span>
  );
}
