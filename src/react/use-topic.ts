// The only useSyncExternalStore of the library: a hook is a name for a topic.
import { useSyncExternalStore } from 'react';
import type { Topic } from '../client/topic.ts';

/** The topic's value, now and whenever it changes. On a server, and while hydrating, the value it has then. */
export function useTopic<T>(topic: Topic<T>): T {
  return useSyncExternalStore(topic.subscribe, topic.getSnapshot, topic.getSnapshot);
}
