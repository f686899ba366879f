// A dialog over the page, as the browser makes it: the rest of the page is out of reach, Escape closes it, and the focus goes to its
// heading first and back to where it was. A touch beside it closes it too. Mounted means open. Closing is asked for (`onClose`), so that what is inside may stay.
import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { holdToasts } from '../../components/toasts/toast-host.ts';
import { words } from '../words.ts';

export interface DialogProps {
  readonly title: string;
  /** `sheet`: at the right side, on a phone the whole screen. `card`: in the middle. */
  readonly look: 'sheet' | 'card';
  /** Under the title. */
  readonly note?: string;
  /** Between the title and the way out. */
  readonly tools?: ReactNode;
  onClose(): void;
  readonly children: ReactNode;
}

export function Dialog({ title, look, note, tools, onClose, children }: DialogProps) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const element = dialog.current;
    // React mounts twice while developing: an open dialog refuses to be opened.
    if (element && !element.open) element.showModal();
    heading.current?.focus();
    const giveBack = element && holdToasts(element);
    // Closed before it is taken away, else the browser would not know where the focus was.
    return () => {
      giveBack?.();
      element?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog dialog-${look}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // A second Escape in a row is not asked for: the browser closes by itself.
      onClose={() => dialog.current?.open === false && onClose()}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      <div className="dialog-head">
        <div className="dialog-title">
          <h2 id={titleId} ref={heading} tabIndex={-1} className="title">
            {title}
          </h2>
          {note !== undefined && <p className="dialog-note">{note}</p>}
        </div>
        {tools}
        <button type="button" className="dialog-close" aria-label={words.close} onClick={onClose}>
          <X className="icon" aria-hidden="true" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
