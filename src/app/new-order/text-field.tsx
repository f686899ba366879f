// One line of a form: its label, whether it may stay empty, what is wrong with it.
import { useId } from 'react';
import { words } from '../words.ts';
import { LENGTHS, type DraftField } from './draft.ts';

export interface TextFieldProps {
  readonly name: Exclude<DraftField, 'serviceCode'>;
  readonly label: string;
  readonly value: string;
  onText(text: string): void;
  /** What is wrong, as a sentence. */
  readonly mistake?: string | undefined;
  readonly isOptional?: boolean;
  readonly className?: string;
  readonly inputMode?: 'tel';
  readonly autoCapitalize?: 'characters';
}

export function TextField({ name, label, value, onText, mistake, isOptional = false, className = '', ...keyboard }: TextFieldProps) {
  const id = useId();
  const wrong = mistake === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-error` };
  return (
    <div className={`field ${className}`.trimEnd()}>
      <label htmlFor={id}>
        {label}
        {isOptional && <span className="field-optional">{` ${words.newOrder.optional}`}</span>}
      </label>
      <input
        id={id}
        name={name}
        type="text"
        value={value}
        maxLength={LENGTHS[name]}
        autoComplete="off"
        spellCheck={false}
        required={!isOptional}
        onChange={({ target }) => onText(target.value)}
        {...keyboard}
        {...wrong}
      />
      {mistake !== undefined && (
        <p id={`${id}-error`} className="field-error">
          {mistake}
        </p>
      )}
    </div>
  );
}
