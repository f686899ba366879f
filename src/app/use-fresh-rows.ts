// Which rows came into a list after it was opened: they are marked for a moment, so that an eye finds what is new.
import { useMemo, useState } from 'react';

const NONE: ReadonlySet<string> = new Set();

/** `rows` null while the list is read. Another question (`lists`) starts anew. */
export function useFreshRows(rows: readonly { readonly id: string }[] | null, lists: string): ReadonlySet<string> {
  const [seen, setSeen] = useState<{ readonly lists: string; readonly ids: ReadonlySet<string> } | null>(null);
  const isAnswer = rows !== null && seen?.lists === lists;
  if (rows !== null && !isAnswer) setSeen({ lists, ids: new Set(rows.map(({ id }) => id)) });
  return useMemo(() => {
    const came = isAnswer ? rows.filter(({ id }) => !seen.ids.has(id)) : [];
    return came.length === 0 ? NONE : new Set(came.map(({ id }) => id));
  }, [isAnswer, rows, seen]);
}
