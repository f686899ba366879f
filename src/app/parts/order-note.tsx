// The note of an order: read, written, changed. What is typed stays while others write; who saves sees first what the note became meanwhile.
import { useContext, useEffect, useId, useState, type FormEvent } from 'react';
import type { BoardAction } from '../../domain/board-action.ts';
import type { OrderView } from '../../domain/order-view.ts';
import { words } from '../words.ts';
import { ActionSlot, type BoardActions } from './action-button.tsx';
import { PresenceContext } from './presence-context.ts';

export interface OrderNoteProps {
  readonly view: OrderView;
  readonly actions: BoardActions;
}

const MAX_LENGTH = 2_000;

/** What is typed, what the note was when that began, and what was sent of it. The form closes when the note says that: a refused one is still there. */
interface Writing {
  readonly text: string;
  readonly from: string;
  readonly sent: string | null;
}

export function OrderNote({ view: { order, version, canNote }, actions }: OrderNoteProps) {
  const [typed, setWriting] = useState<Writing | null>(null);
  const isSaved = typed !== null && typed.sent === order.notes;
  if (isSaved) setWriting(null);
  const writing = isSaved ? null : typed;
  const titleId = useId();
  const { lock, setEditing } = useContext(PresenceContext);
  const isWriting = writing !== null;
  useEffect(() => setEditing(isWriting), [setEditing, isWriting]);
  return (
    <section className="panel order-card" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{words.order.note}</h2>
        {canNote && writing === null && (
          <button
            type="button"
            className="link-button"
            disabled={lock !== null}
            onClick={() => setWriting({ text: order.notes, from: order.notes, sent: null })}
          >
            {order.notes === '' ? words.order.addNote : words.order.editNote}
          </button>
        )}
      </div>
      {writing === null ? (
        <p className={order.notes === '' ? 'order-note is-empty' : 'order-note'}>{order.notes === '' ? words.order.noNote : order.notes}</p>
      ) : (
        <NoteForm writing={writing} view={{ order, version }} actions={actions} onChange={setWriting} />
      )}
    </section>
  );
}

interface NoteFormProps {
  readonly writing: Writing;
  readonly view: Pick<OrderView, 'order' | 'version'>;
  readonly actions: BoardActions;
  onChange(writing: Writing | null): void;
}

function NoteForm({ writing: { text, from }, view: { order, version }, actions, onChange }: NoteFormProps) {
  const fieldId = useId();
  const { typed } = useContext(PresenceContext);
  const save: BoardAction = { kind: 'note', orderId: order.id, plate: order.plate, version, notes: text.trim(), before: order.notes };
  const submit = (event: FormEvent) => event.preventDefault();
  const saving: BoardActions = {
    ...actions,
    async run(action) {
      // A note that could not be kept is not sent: the form stays, with every word.
      const isKept = text.trim() === order.notes || (await actions.run(action));
      if (isKept) onChange({ text, from, sent: text.trim() });
      return isKept;
    },
  };
  return (
    <form className="note-form" onSubmit={submit}>
      <label className="unseen" htmlFor={fieldId}>
        {words.order.noteLabel(order.plate)}
      </label>
      <textarea
        id={fieldId}
        className="note-field"
        rows={3}
        maxLength={MAX_LENGTH}
        autoFocus
        value={text}
        onChange={(event) => {
          onChange({ text: event.target.value, from, sent: null });
          typed('note');
        }}
      />
      {from !== order.notes && (
        <p className="note-changed" role="status">
          {words.order.noteChanged} <q>{order.notes}</q>
        </p>
      )}
      <div className="note-actions">
        <button type="button" className="button button-quiet" onClick={() => onChange(null)}>
          {words.order.leaveNote}
        </button>
        <ActionSlot offered={[save]} actions={saving} look="primary" />
      </div>
    </form>
  );
}
