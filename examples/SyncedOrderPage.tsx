// One order with live synchronization: its document, what happened to it, and a word whenever its stage changes.
import { useState } from 'react';
import { useCollection, useConnectionHealth, useOrderStageChange, useOrderSync } from '@/lib/sync';

export function SyncedOrderPage({ orderID }: { readonly orderID: string }) {
  const { events, latestEvent, isLoading } = useOrderSync(orderID);
  const order = useCollection('orders').documents.get(orderID)?.doc;
  const { isConnected, status } = useConnectionHealth();
  const [notice, setNotice] = useState('');

  // From now on only: opening the page again announces nothing that is over.
  useOrderStageChange(orderID, (_event, previousStage, newStage) => setNotice(newStage === 'paid' ? 'Payment received!' : `${previousStage} → ${newStage}`));

  if (isLoading) return <p>Loading...</p>;
  return (
    <article>
      <h1>{`Order ${orderID}`}</h1>
      <p>{isConnected ? '● Live' : `Status: ${status}`}</p>
      <p>{`Stage: ${String(order?.['stage'] ?? 'unknown')}`}</p>
      <p role="status">{notice}</p>
      <h2>{`${events.length} events, latest: ${latestEvent?.eventType ?? 'none'}`}</h2>
      <ol>
        {events.map(({ id, eventType, timestamp, actor }) => (
          <li key={id}>{`${timestamp} ${eventType} ${actor?.name ?? ''}`}</li>
        ))}
      </ol>
    </article>
  );
}
