// What the cache of this scope holds, and the ways to let it go.
import { useCallback, useEffect, useState } from 'react';
import { cacheUtils } from '../../cache/cache-utils.ts';
import { Facts, Part } from './part.tsx';

const LOOK_MS = 2_000;
const KIB = 1_024;

export function CachePart() {
  const [stats, setStats] = useState(() => cacheUtils.getStats());
  const [done, setDone] = useState('');
  useEffect(() => {
    const timer = setInterval(() => setStats(cacheUtils.getStats()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const run = useCallback((work: () => Promise<void>, said: string) => {
    work()
      .then(() => setDone(said))
      .catch(() => setDone('That could not be done.'))
      .finally(() => setStats(cacheUtils.getStats()));
  }, []);
  return (
    <Part title="Cache">
      <Facts
        rows={[
          ['Answers kept', String(stats.entries)],
          ['With an ETag', String(stats.etagCount)],
          ['Size', stats.maxBytes === 0 ? '0 KiB' : `${Math.round(stats.bytes / KIB)} of ${Math.round(stats.maxBytes / KIB)} KiB`],
          ['Answered from it', `${Math.round(stats.hitRate * 100)} %`],
        ]}
      />
      <div className="hf-tools">
        <button
          type="button"
          className="hf-button"
          onClick={() => run(() => cacheUtils.invalidatePattern(/^orders/), 'Answers about orders are asked for again.')}
        >
          Refresh orders
        </button>
        <button type="button" className="hf-button" onClick={() => run(cacheUtils.clearAll, 'Nothing is kept any more.')}>
          Clear all
        </button>
      </div>
      <p className="hf-none" role="status">
        {done}
      </p>
    </Part>
  );
}
