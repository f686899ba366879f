// One document on a line: what it is, how it stands, and one touch that takes it on. Why a touch was not kept stands below it.
import { useState, type MouseEvent, type ReactNode } from 'react';

export interface LineRowProps {
  /** What the document is called: goes with the touch for who can't see the line. */
  readonly name: string;
  readonly status: string;
  /** The status in words. */
  readonly word: string;
  readonly isPending: boolean;
  /** The lines have just changed under whoever wants to touch one: pointers do nothing yet, keys do. */
  readonly isSettling?: boolean;
  /** Null = nothing can be done by one touch. */
  readonly act: { readonly label: string; run(): Promise<unknown> } | null;
  readonly children: ReactNode;
}

export function LineRow({ name, status, word, isPending, isSettling = false, act, children }: LineRowProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const touch = ({ detail }: MouseEvent): void => {
    // A click without a pointer has detail 0; the second of a double tap means the first.
    if (detail > 1 || (isSettling && detail > 0)) return;
    setFailure(null);
    act?.run().catch((error: unknown) => setFailure(error instanceof Error ? error.message : 'That was not kept.'));
  };
  return (
    <li className="hf-line-row">
      {children}
      <span className="hf-status" data-status={status}>
        {word}
        {isPending && <span className="hf-sending"> (sending)</span>}
      </span>
      {act && (
        <button type="button" className="hf-button" aria-disabled={isSettling || undefined} onClick={touch}>
          {act.label}
          <span className="hf-hidden">{` ${name}`}</span>
        </button>
      )}
      {failure !== null && (
        <p className="hf-trouble" role="alert">
          {failure}
        </p>
      )}
    </li>
  );
}
