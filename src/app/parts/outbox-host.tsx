// Holds the outbox sheet and the choice of a conflict over whatever page is shown. Nothing of either is loaded before somebody opens one.
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useOutbox } from '@/lib/sync';
import { useFrame } from '../frame.ts';
import { hrefOf } from '../routes.ts';
import { useBoardDocuments } from '../use-outbox-items.ts';
import { useRouter } from '../use-visit.ts';

export const loadOutboxSheet = () => import('./outbox-views.tsx').then(({ OutboxViews }) => ({ default: OutboxViews }));
const OutboxViews = lazy(loadOutboxSheet);

/** What is open: nothing, the sheet, or in front of it the choice of one entry. */
export interface OutboxOpen {
  readonly isSheet: boolean;
  readonly entryId: string | null;
}

const CLOSED: OutboxOpen = { isSheet: false, entryId: null };

export function useOutboxOpen() {
  const [opened, setOpened] = useState(CLOSED);
  const open = useCallback((entryId?: string) => setOpened((before) => (entryId === undefined ? { ...before, isSheet: true } : { ...before, entryId })), []);
  const closeSheet = useCallback(() => setOpened((before) => ({ ...before, isSheet: false })), []);
  const closeChoice = useCallback(() => setOpened((before) => ({ ...before, entryId: null })), []);
  useAddress(open);
  return useMemo(() => ({ opened, open, closeSheet, closeChoice }), [opened, open, closeSheet, closeChoice]);
}

/** `?outbox` in an address, as a notification may have it: opens the sheet once, and a reload does not again. */
function useAddress(open: () => void): void {
  const router = useRouter();
  useEffect(() => {
    if (!new URLSearchParams(location.search).has('outbox')) return;
    router.go(hrefOf(router.getVisit().route), true);
    open();
  }, [router, open]);
}

export function OutboxHost({ opened, open, closeSheet, closeChoice }: ReturnType<typeof useOutboxOpen>) {
  if (!opened.isSheet && opened.entryId === null) return null;
  return (
    <Suspense fallback={null}>
      <Opened opened={opened} onChoose={open} onCloseSheet={closeSheet} onCloseChoice={closeChoice} />
    </Suspense>
  );
}

export interface OpenedProps {
  readonly opened: OutboxOpen;
  onChoose(entryId: string): void;
  onCloseSheet(): void;
  onCloseChoice(): void;
}

function Opened(props: OpenedProps) {
  const outbox = useOutbox();
  const documents = useBoardDocuments();
  const { standing } = useFrame();
  return <OutboxViews {...props} outbox={outbox} documents={documents} standing={standing} />;
}
