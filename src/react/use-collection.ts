// The documents of one collection, live.
import type { CollectionSnapshot } from '../client/collections.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export function useCollection(name: string): CollectionSnapshot {
  return useTopic(useManager()?.collection(name) ?? NOBODY.collection);
}
