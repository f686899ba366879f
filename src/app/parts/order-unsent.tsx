// The entries about one order that are not confirmed, on its page: what waits, and what the server refused or somebody else changed too.
import { useContext, useMemo } from 'react';
import { useConflicts } from '@/lib/sync';
import type { BoardDocuments } from '../../domain/board.ts';
import { useFrame } from '../frame.ts';
import { outboxItems, type OutboxItem } from '../outbox-items.ts';
import { useOrderEntries } from '../use-outbox-items.ts';
import { words } from '../words.ts';
import { WritesContext } from '../writes.ts';
import { UnsentBadge } from './unsent-badge.tsx';

export function OrderUnsent({ id, documents }: { readonly id: string; readonly documents: BoardDocuments }) {
  const entries = useOrderEntries(id, documents);
  const conflicts = useConflicts();
  const items = useMemo(() => outboxItems(entries, { conflicts, documents }), [entries, conflicts, documents]);
  const { openOutbox } = useContext(WritesContext);
  const { isConnected } = useFrame();
  const needsYou = items.filter(({ group }) => group === 'needs-you');
  const waiting = items.filter(({ group }) => group !== 'needs-you');
  if (items.length === 0) return null;
  return (
    <div className="order-unsent">
      {needsYou.map((item) => (
        <NeedsYou key={item.id} item={item} onOpen={() => openOutbox(item.can.choose ? item.id : undefined)} />
      ))}
      {waiting.length > 0 && !isConnected && (
        <button type="button" className="badge-pending" onClick={() => openOutbox()}>
          {words.outbox.waitingCount(waiting.length)}
        </button>
      )}
      {waiting.length > 0 && isConnected && <UnsentBadge unsent="waiting" isConnected />}
    </div>
  );
}

function NeedsYou({ item, onOpen }: { readonly item: OutboxItem; onOpen(): void }) {
  return (
    <div className="order-needs-you" role="group" aria-label={words.outbox.needsYou}>
      <UnsentBadge unsent="needs-you" isConnected />
      <p>
        <strong>{item.what}</strong> {item.reason}
      </p>
      <button type="button" className="button button-outline" onClick={onOpen}>
        {item.can.choose ? words.outbox.choose : words.outbox.see}
      </button>
    </div>
  );
}
