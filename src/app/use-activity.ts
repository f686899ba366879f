// What the server tells of one order's past, fetched when the page opens, when the connection comes back, and further back on request.
// Without a connection nothing is asked: what is on the device stands.
import { useEffect, useMemo, useState } from 'react';
import { activityPath, decodeActivityPage, type Activity, type ActivityPage } from '../domain/activity.ts';
import { HEADERS, type SessionInfo } from '../protocol/http.ts';

export interface ActivityNow {
  readonly told: readonly Activity[];
  readonly state: 'idle' | 'loading' | 'failed';
  /** Asks for what is older; null where the server keeps nothing more, or where it can't be asked now. */
  readonly older: (() => void) | null;
}

interface Told {
  readonly told: readonly Activity[];
  readonly before: string | null;
  readonly state: ActivityNow['state'];
}

const NOTHING: Told = { told: [], before: null, state: 'idle' };
/** Before the first answer nobody can say that nothing happened. */
const ASKING: Told = { ...NOTHING, state: 'loading' };
const TIMEOUT_MS = 10_000;
const INIT = { cache: 'no-store', credentials: 'same-origin' } as const satisfies RequestInit;

export function useActivity(orderId: string, session: SessionInfo, isConnected: boolean): ActivityNow {
  const [now, setNow] = useState(isConnected ? ASKING : NOTHING);
  useEffect(() => {
    if (!isConnected) return;
    let isOver = false;
    void fetchPage(orderId, null, session).then((page) => isOver || setNow((known) => (page ? merge(NOTHING, page) : { ...known, state: 'failed' })));
    return () => void (isOver = true);
  }, [orderId, session, isConnected]);
  const { before, told, state } = now;
  const older = useMemo(() => {
    if (before === null || !isConnected) return null;
    return () => {
      setNow((known) => ({ ...known, state: 'loading' }));
      // The page asked for is what follows `before`: an answer that comes when the list was read anew is dropped.
      void fetchPage(orderId, before, session).then((page) =>
        setNow((known) => (known.before !== before ? known : page ? merge(known, page) : { ...known, state: 'failed' })),
      );
    };
  }, [before, isConnected, orderId, session]);
  return { told, state, older };
}

function merge({ told }: Told, page: ActivityPage): Told {
  return { told: [...told, ...page.activity], before: page.before, state: 'idle' };
}

/** Null for silence and for whatever isn't the answer. Named in headers whose it is, so that a session that changed in another tab fills no page with another's past. */
async function fetchPage(orderId: string, before: string | null, { tenant, user }: SessionInfo): Promise<ActivityPage | null> {
  const headers = { Accept: 'application/json', [HEADERS.tenant]: tenant, [HEADERS.user]: user };
  try {
    const answer = await fetch(activityPath(orderId, before), { ...INIT, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok ? decodeActivityPage(await answer.json()) : null;
  } catch {
    return null;
  }
}
