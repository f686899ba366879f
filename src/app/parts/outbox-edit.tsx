// Corrects what the server refused, in its row: one field, with what was typed in it.
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import type { OutboxItem } from '../outbox-items.ts';
import { words } from '../words.ts';

export interface OutboxEditProps {
  readonly edit: NonNullable<OutboxItem['edit']>;
  onLeave(): void;
  onSave(value: string): void;
}

export function OutboxEdit({ edit, onLeave, onSave }: OutboxEditProps) {
  const fieldId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [value, setValue] = useState(edit.value);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(value.trim());
  };
  return (
    <form className="outbox-edit" onSubmit={submit}>
      <label htmlFor={fieldId}>{words.outbox.editLabel(edit.field)}</label>
      <textarea ref={field} id={fieldId} rows={2} className="note-field" value={value} onChange={(event) => setValue(event.target.value)} />
      <div className="outbox-actions">
        <button type="button" className="button button-quiet" onClick={onLeave}>
          {words.outbox.cancel}
        </button>
        <button type="submit" className="button button-primary" disabled={value.trim() === edit.value}>
          {words.outbox.save}
        </button>
      </div>
    </form>
  );
}
