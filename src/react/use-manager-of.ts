// The manager of a tenant: the page's own, or, for another tenant, that of the same user there, opened beside it for as long as somebody looks.
// Never another tenant's data for want of the right one: until that scope is open there is nothing to show.
import { useEffect } from 'react';
import { besidePage } from '../client/page-beside.ts';
import type { SyncManager } from '../client/sync-manager.ts';
import { usePageSync } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export function useManagerOf(tenantId: string | undefined): SyncManager | null {
  const page = usePageSync();
  const own = useTopic(page.manager);
  const isOwn = tenantId === undefined || own === null || own.scope.tenant === tenantId;
  const other = isOwn ? null : besidePage(page, { tenant: tenantId, user: own.scope.user });
  const manager = useTopic((other ?? page).manager);
  useEffect(() => other?.start(), [other]);
  // What a provider does for its own scope: whoever looks at live data wants the connection.
  useEffect(() => (other ? manager?.hold() : undefined), [other, manager]);
  return tenantId === undefined || manager?.scope.tenant === tenantId ? manager : null;
}
