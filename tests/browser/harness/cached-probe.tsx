// A key of the cache as the harness page shows it, for tests that name one in the query string.
import { useLayoutEffect } from 'react';
import { cacheUtils, fetcherWithETag, performanceUtils, useCached, type CachedHook } from '@/lib/cache';

export interface CachedHarness {
  readonly shown: CachedHook<{ readonly notes?: string }>;
  readonly utils: typeof cacheUtils;
  readonly fetcherWithETag: typeof fetcherWithETag;
  readonly performance: typeof performanceUtils;
}

export default function CachedProbe({ name }: { readonly name: string }): null {
  const shown = useCached<{ readonly notes?: string }>(name);
  useLayoutEffect(
    () => void Object.assign(window, { cached: { shown, utils: cacheUtils, fetcherWithETag, performance: performanceUtils } satisfies CachedHarness }),
  );
  return null;
}
