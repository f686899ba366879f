// Live or Offline, and how many updates came (document 003). Not a live region: a count that moves would never let a screen reader finish.
import { Wifi } from 'lucide-react';
import './orders-view.css';

export interface LiveIndicatorProps {
  /** As `useRealtimeUpdates` says: true only while bytes of a stream are fresh. */
  readonly isConnected: boolean;
  readonly updateCount: number;
}

export function LiveIndicator({ isConnected, updateCount }: LiveIndicatorProps) {
  return (
    <span className="hf-live" data-live={isConnected}>
      <Wifi className="hf-live-icon" size={18} aria-hidden="true" focusable="false" />
      <span className="hf-live-label">{isConnected ? 'Live' : 'Offline'}</span>
      <span className="hf-live-count">{updateCount === 1 ? '1 update' : `${updateCount} updates`}</span>
    </span>
  );
}
