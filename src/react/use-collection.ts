// The documents of one collection, live; until this device has its own, those that the server rendered into the page.
import type { CollectionSnapshot } from '../client/documents/collections.ts';
import { NOBODY } from './nobody.ts';
import { useInitialCollection, useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export function useCollection(name: string): CollectionSnapshot {
  const initial = useInitialCollection(name);
  const own = useTopic(useManager()?.collection(name) ?? NOBODY.collection);
  return own.isLoading ? (initial ?? own) : own;
}
