// Holds the order that is being written, so that a sheet closed by mistake opens again with every word; the sheet itself comes when asked for.
import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import { canDo } from '../../domain/visibility.ts';
import type { SessionInfo } from '../../protocol/http.ts';
import { newId } from '../new-id.ts';
import { hrefOf } from '../routes.ts';
import { useRouter } from '../use-visit.ts';
import { newDraft, type Draft } from './draft.ts';
import { NewOrderContext } from './new-order.ts';

export const loadNewOrder = () => import('./new-order-sheet.tsx').then(({ NewOrderSheet }) => ({ default: NewOrderSheet }));
const NewOrderSheet = lazy(loadNewOrder);

export function NewOrderHost({ session, children }: { readonly session: SessionInfo; readonly children: ReactNode }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isOpen, setOpen] = useState(false);
  const open = useCallback((plate = '') => {
    setDraft((kept) => (kept && (plate === '' || kept.plate !== '') ? kept : newDraft(newId(), plate)));
    setOpen(true);
  }, []);
  const close = useCallback((isDone: boolean) => {
    setOpen(false);
    if (isDone) setDraft(null);
  }, []);
  const mayCreate = canDo(session.role, 'order-create');
  useShortcut(mayCreate ? open : null);
  return (
    <NewOrderContext value={mayCreate ? open : null}>
      {children}
      {isOpen && draft && (
        <Suspense fallback={null}>
          <NewOrderSheet session={session} draft={draft} onChange={setDraft} onClose={close} />
        </Suspense>
      )}
    </NewOrderContext>
  );
}

/** `?new` in the address, as the home screen's shortcut has it: opens the sheet once, and a reload does not again. */
function useShortcut(open: (() => void) | null): void {
  const router = useRouter();
  useEffect(() => {
    if (!open || !new URLSearchParams(location.search).has('new')) return;
    router.go(hrefOf(router.getVisit().route), true);
    open();
  }, [router, open]);
}
