// How the connection stands, for people and components.
import type { Health } from '../client/connection-health.ts';
import { NOBODY } from './nobody.ts';
import { useManager } from './provider.tsx';
import { useTopic } from './use-topic.ts';

export function useConnectionHealth(): Health {
  return useTopic(useManager()?.health ?? NOBODY.health);
}
