// How the connection of this device does, over all its sessions.
import { useRealtimePerformance } from '../../react/use-realtime-performance.ts';
import { duration } from './figures.ts';
import { Facts, Part } from './part.tsx';

export function PerformancePart() {
  const { connectionUptime, uptimePercentage, messageCount, errorCount, averageLatency } = useRealtimePerformance();
  const percent = uptimePercentage === null ? '' : ` (${uptimePercentage.toFixed(1)} %)`;
  return (
    <Part title="Performance">
      <Facts
        rows={[
          ['Connected for', `${duration(connectionUptime)}${percent}`],
          ['Messages', String(messageCount)],
          ['Errors', String(errorCount)],
          ['Average latency', messageCount === 0 ? 'Not measured yet' : `${averageLatency} ms`],
        ]}
      />
    </Part>
  );
}
