// Which container draws a toast where several are mounted: the one that had it first. So a toast is on the screen, aging and spoken, once.
import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { createTopic } from '../../client/topic.ts';
import type { ToastNotification } from '../../feedback/toast-state.ts';
import { useTopic } from '../../react/use-topic.ts';

interface Holder {
  readonly key: object;
  readonly ids: readonly string[];
}

/** In the order of their mounting; bounded by the containers of the page. */
const holders = createTopic<readonly Holder[]>([], { notify: (tell) => tell() });

/** On a server an effect of layout is none, and nothing is drawn there anyway. */
const useEffectBeforePaint = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/** Those of the toasts that this container draws. */
export function useShownHere(toasts: readonly ToastNotification[]): readonly ToastNotification[] {
  const [key] = useState(() => ({}));
  const rows = useTopic(holders);
  useEffectBeforePaint(() => {
    holders.set([...holders.getSnapshot(), { key, ids: [] }]);
    return () => holders.set(holders.getSnapshot().filter((row) => row.key !== key));
  }, [key]);
  useEffectBeforePaint(() => {
    const ids = toasts.map(({ id }) => id);
    const before = holders.getSnapshot();
    const own = before.find((row) => row.key === key);
    if (own && own.ids.join('\n') !== ids.join('\n')) holders.set(before.map((row) => (row === own ? { key, ids } : row)));
  }, [key, toasts]);
  return useMemo(() => toasts.filter(({ id }) => rows.find(({ ids }) => ids.includes(id))?.key === key), [toasts, rows, key]);
}
