// Push, put together: keys beside the database, who subscribed, and who sends.
import { dirname, join } from 'node:path';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { PushRouteDeps } from './push-routes.ts';
import { createPushSender } from './push-sender.ts';
import { isPushService } from './push-services.ts';
import { createSubscriptionStore } from './subscription-store.ts';
import { openVapidKeys } from './vapid-keys.ts';

export interface PushOptions {
  /** Whom push services may write to about this server: `mailto:` or https. */
  readonly subject: string;
  /** Origins of push services beside those of the browsers' makers. */
  readonly services: readonly string[];
}

export const DEFAULT_PUSH: PushOptions = { subject: 'mailto:operator@localhost.invalid', services: [] };
const FILE = 'push-keys.json';

export interface PushDeps {
  readonly store: Store;
  readonly dbFile: string;
  readonly log: Logger;
  readonly now: () => number;
}

export function openPush({ store, dbFile, log, now }: PushDeps, { subject, services }: PushOptions, signal: AbortSignal): PushRouteDeps['push'] {
  const keys = openVapidKeys(dbFile === ':memory:' ? null : join(dirname(dbFile), FILE));
  const subscriptions = createSubscriptionStore(store.db);
  const isAllowed = (endpoint: string) => isPushService(endpoint, services);
  const sender = createPushSender({ subscriptions, isAllowed, documents: store.documents, keys, subject, log, now }, signal);
  return { sender, subscriptions, services };
}
