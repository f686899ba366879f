// Two people changed the same thing: mine, theirs, and what it was before, for each field that both changed. Nothing is chosen beforehand;
// what only one of them changed is kept and listed. Opened by a touch, never by itself. Loaded when it is first needed.
import { CircleCheck } from 'lucide-react';
import { useId, useState } from 'react';
import { timeOfDay } from '../format.ts';
import { words } from '../words.ts';
import { Dialog } from './dialog.tsx';

export interface ConflictField {
  readonly name: string;
  readonly mine: unknown;
  readonly theirs: unknown;
  readonly before: unknown;
  /** Texts may become something third. */
  readonly isText: boolean;
}

export interface ConflictFacts {
  readonly id: string;
  /** The car, as people call it. */
  readonly name: string;
  readonly mineAtMs: number;
  /** Who made the other change, where that is known. */
  readonly theirName: string | null;
  readonly theirAtMs: number | null;
  /** What the server said, where no field collides. */
  readonly detail: string | null;
  /** Too old to be sent unseen; else changed by both. */
  readonly isOld: boolean;
  /** The document is gone: nothing is left to save. */
  readonly isGone: boolean;
  readonly both: readonly ConflictField[];
  readonly oneSided: readonly { readonly name: string; readonly value: unknown; readonly whose: 'mine' | 'theirs' }[];
}

/** The chosen value of each field in `both`. */
export type Chosen = Readonly<Record<string, unknown>>;

export interface ConflictDialogProps {
  readonly facts: ConflictFacts;
  onLater(): void;
  onDiscard(): Promise<void>;
  onSave(chosen: Chosen): Promise<void>;
}

type Side = 'mine' | 'theirs' | 'other';
interface Choice {
  readonly side: Side;
  readonly text: string;
}

export function ConflictDialog({ facts, onLater, onDiscard, onSave }: ConflictDialogProps) {
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const chosen = chosenOf(facts, choices);
  const does = (act: Promise<void>) => {
    setProblem(null);
    act.catch((error: unknown) => setProblem(words.outbox.failed(error instanceof Error ? error.message : String(error))));
  };
  return (
    <Dialog title={words.outbox.conflict.title(facts.both.map(({ name }) => name))} look="card" onClose={onLater}>
      <div className="conflict">
        <p className="conflict-lead">
          <span className="plate plate-s">{facts.name}</span> {leadOf(facts)}
        </p>
        {facts.detail !== null && <p className="outbox-reason">{facts.detail}</p>}
        {facts.both.map((field) => (
          <FieldChoice
            key={field.name}
            field={field}
            facts={facts}
            choice={choices[field.name] ?? null}
            onChoose={(choice) => setChoices((before) => ({ ...before, [field.name]: choice }))}
          />
        ))}
        {facts.oneSided.length > 0 && <OneSided facts={facts} />}
        {problem !== null && (
          <p className="outbox-reason" role="alert">
            {problem}
          </p>
        )}
        {chosen && facts.both.length > 0 && <p className="conflict-will">{words.outbox.conflict.willSave(willSave(chosen))}</p>}
        <footer className="conflict-foot">
          <button type="button" className="button button-critical" onClick={() => does(onDiscard())}>
            {words.outbox.discard}
          </button>
          <button type="button" className="button button-quiet" onClick={onLater}>
            {words.outbox.conflict.later}
          </button>
          <button
            type="button"
            className="button button-primary button-tall"
            disabled={chosen === null || facts.isGone}
            onClick={() => chosen && does(onSave(chosen))}
          >
            {words.outbox.conflict.save}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

function leadOf({ isOld, isGone, mineAtMs, theirName }: ConflictFacts): string {
  if (isGone) return words.outbox.conflict.gone;
  return isOld ? words.outbox.conflict.leadTooOld(timeOfDay(mineAtMs)) : words.outbox.conflict.lead(theirName);
}

function willSave(chosen: Chosen): string {
  return Object.entries(chosen)
    .map(([name, value]) => words.outbox.value(name, value))
    .join(', ');
}

/** Null until every field is decided. */
function chosenOf({ both }: ConflictFacts, choices: Readonly<Record<string, Choice>>): Chosen | null {
  if (both.some(({ name }) => choices[name] === undefined || (choices[name].side === 'other' && choices[name].text.trim() === ''))) return null;
  return Object.fromEntries(both.map((field) => [field.name, valueOf(field, choices[field.name])]));
}

function valueOf(field: ConflictField, choice: Choice | undefined): unknown {
  if (choice?.side === 'other') return choice.text.trim();
  return choice?.side === 'mine' ? field.mine : field.theirs;
}

interface FieldChoiceProps {
  readonly field: ConflictField;
  readonly facts: ConflictFacts;
  readonly choice: Choice | null;
  onChoose(choice: Choice): void;
}

function FieldChoice({ field, facts, choice, onChoose }: FieldChoiceProps) {
  const name = useId();
  const { conflict, field: fieldName, value } = words.outbox;
  const text = choice?.text ?? '';
  const sides: readonly { readonly side: Side; readonly who: string; readonly shown: string }[] = [
    { side: 'mine', who: conflict.yours(timeOfDay(facts.mineAtMs)), shown: value(field.name, field.mine) },
    {
      side: 'theirs',
      who: conflict.theirs(facts.theirName, facts.theirAtMs === null ? null : timeOfDay(facts.theirAtMs)),
      shown: value(field.name, field.theirs),
    },
    ...(field.isText ? [{ side: 'other' as const, who: conflict.other, shown: '' }] : []),
  ];
  return (
    <fieldset className="conflict-field">
      <legend>{fieldName(field.name)}</legend>
      <p className="conflict-before">{conflict.before(value(field.name, field.before))}</p>
      <div className="conflict-sides">
        {sides.map(({ side, who, shown }) => (
          <label key={side} className={choice?.side === side ? 'conflict-side is-chosen' : 'conflict-side'}>
            <input type="radio" name={name} checked={choice?.side === side} onChange={() => onChoose({ side, text })} />
            <span className={side === 'other' ? 'conflict-value' : 'conflict-who'}>{who}</span>
            {shown !== '' && <span className="conflict-value">{shown}</span>}
          </label>
        ))}
      </div>
      {choice?.side === 'other' && (
        <label className="conflict-other">
          <span>{conflict.otherLabel(field.name)}</span>
          <textarea className="note-field" rows={2} value={text} onChange={(event) => onChoose({ side: 'other', text: event.target.value })} />
        </label>
      )}
    </fieldset>
  );
}

function OneSided({ facts }: { readonly facts: ConflictFacts }) {
  const { conflict, field, value } = words.outbox;
  return (
    <section className="conflict-kept">
      <h3>{conflict.oneSided}</h3>
      <ul>
        {facts.oneSided.map(({ name, value: kept, whose }) => (
          <li key={name}>
            <CircleCheck className="icon" aria-hidden="true" />
            <span>
              <strong>{field(name)}</strong> {value(name, kept)}
            </span>
            <span className="conflict-whose">{whose === 'mine' ? conflict.yoursKept : conflict.theirsKept(facts.theirName)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
