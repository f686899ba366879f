// The time for figures that grow old by themselves: told anew each half minute.
import { useEffect, useState } from 'react';

const EVERY_MS = 30_000;

export function useMinute(): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
