// Who wants to be told by push, one row a browser: an endpoint belongs to whoever subscribed with it last.
import type { PushSubscribe } from '../../src/protocol/push.ts';
import { LIMITS } from '../limits.ts';
import { type Database, text } from '../store/database.ts';

export interface Subscriber {
  readonly tenant: string;
  readonly user: string;
  /** Hash of the session; null for a foreign issuer's token. */
  readonly sessionId: string | null;
  readonly device: string;
}

export interface KeptSubscription extends PushSubscribe {
  readonly user: string;
}

export interface SubscriptionStore {
  put(who: Subscriber, subscription: PushSubscribe, nowMs: number): void;
  /** Of the tenant, except the user's who did it; only of sessions that live and users who may sign in. */
  of(tenant: string, exceptUser: string | null, nowMs: number): KeptSubscription[];
  /** False where this user has none with that endpoint. */
  remove(tenant: string, user: string, endpoint: string): boolean;
  /** The push service says that it is gone. */
  drop(endpoint: string): void;
}

/**
 * A log-out on a device without a network can't unsubscribe: the end of its session does. Whoever signs in elsewhere has none here: a token counts for as
 * long as a session would. Looked up by keys, whatever number of sessions there are.
 */
export const SUBSCRIBED = `SELECT p.endpoint, p.user, p.scope, p.p256dh, p.auth FROM push_subscriptions p JOIN users u ON u.tenant = p.tenant AND u.id = p.user
  WHERE p.tenant = ? AND p.user != ? AND u.disabled = 0 AND u.role != 'display'
    AND CASE WHEN p.session IS NULL THEN max(p.at, coalesce(u.token_at, 0)) > ? ELSE EXISTS (SELECT 1 FROM sessions s WHERE s.token = p.session AND s.expires_at > ?) END
  LIMIT ?`;

export function createSubscriptionStore(db: Database): SubscriptionStore {
  return {
    put({ tenant, user, sessionId, device }, { endpoint, keys, scope }, nowMs) {
      db.transaction(() => {
        db.run(
          'INSERT OR REPLACE INTO push_subscriptions (endpoint, tenant, user, session, device, scope, p256dh, auth, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          ...[endpoint, tenant, user, sessionId, device, scope, keys.p256dh, keys.auth, nowMs],
        );
        db.run(
          'DELETE FROM push_subscriptions WHERE endpoint IN (SELECT endpoint FROM push_subscriptions WHERE tenant = ? AND user = ? ORDER BY at DESC LIMIT -1 OFFSET ?)',
          ...[tenant, user, LIMITS.pushPerUser],
        );
      });
    },
    of(tenant, exceptUser, nowMs) {
      const rows = db.all(SUBSCRIBED, tenant, exceptUser ?? '', nowMs - LIMITS.sessionMs, nowMs, LIMITS.pushPerEvent);
      return rows.map((row) => ({
        endpoint: text(row, 'endpoint'),
        user: text(row, 'user'),
        scope: text(row, 'scope'),
        keys: { p256dh: text(row, 'p256dh'), auth: text(row, 'auth') },
      }));
    },
    remove: (tenant, user, endpoint) => db.run('DELETE FROM push_subscriptions WHERE tenant = ? AND user = ? AND endpoint = ?', tenant, user, endpoint) > 0,
    drop: (endpoint) => void db.run('DELETE FROM push_subscriptions WHERE endpoint = ?', endpoint),
  };
}
