// The page and its manager for hooks that documents 003 and 004 show without a provider: that of the provider above, else the default one.
import { useEffect } from 'react';
import { adoptPage, defaultPage } from '../channels/default-page.ts';
import type { PageSync } from '../client/page-sync.ts';
import type { SyncManager } from '../client/contract.ts';
import { usePageSyncIfAny } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export interface RealtimePage {
  readonly page: PageSync;
  /** Null while nobody is signed in. */
  readonly manager: SyncManager | null;
}

/** Starts the default page where there is no provider; holds the connection while `isWanted`. */
export function useRealtimePage(isWanted = true): RealtimePage {
  const provided = usePageSyncIfAny();
  const page = provided ?? defaultPage();
  useEffect(() => (provided ? adoptPage(provided) : page.start()), [provided, page]);
  const manager = useTopic(page.manager);
  useEffect(() => (isWanted ? manager?.hold() : undefined), [manager, isWanted]);
  return { page, manager };
}
