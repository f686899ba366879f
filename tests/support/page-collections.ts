// The collections of a page as they are once its live part is there: shown from disk, and followed.
import { createCollections, type Collections, type CollectionsDeps } from '../../src/client/documents/collections.ts';
import { followCollections, type FollowDeps, type FollowedCollections } from '../../src/client/documents/follow-collections.ts';

export type PageCollections = Collections & FollowedCollections;

export function createPageCollections(deps: CollectionsDeps & FollowDeps, signal: AbortSignal): PageCollections {
  const collections = createCollections(deps, signal);
  return { ...collections, ...followCollections(collections.watched, deps, signal) };
}
