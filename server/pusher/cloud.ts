// Wake-ups over Pusher's own cloud, for an application that lives there (PUSHER_CLUSTER): as on our own desk, a channel and not a word more. The official
// library is loaded where a cluster is named, and not before. A cloud that is dead, slow or refuses costs browsers pace, and this server a line in its log.
import type Pusher from 'pusher';
import { describeError, type Logger } from '../log.ts';
import { PUSHER_LIMITS, WAKE_EVENT, type PusherApp } from './options.ts';

export interface PusherCloudDeps {
  readonly app: PusherApp;
  readonly cluster: string;
  readonly log: Logger;
  /** Where the cloud is, for a test. */
  readonly address?: { readonly host: string; readonly port: string; readonly useTLS: boolean };
  readonly load?: () => Promise<{ readonly default: typeof Pusher }>;
}

export interface PusherCloud {
  /** Something of this tenant was committed. */
  wake(tenant: string): void;
}

/** An outage makes one line, not one for each event. */
const LOG_MS = 60_000;

export function createPusherCloud({ app, cluster, log, address, load = () => import('pusher') }: PusherCloudDeps, life: AbortSignal): PusherCloud {
  const { appId, key, secret } = app;
  const place = address ?? { cluster, useTLS: true };
  /** When each tenant was last woken, or is going to be. */
  const due = new Map<string, number>();
  let quietUntil = 0;

  const client = load().then(
    ({ default: Library }) => new Library({ appId, key, secret, ...place, timeout: PUSHER_LIMITS.cloudMs }),
    () => {
      log.error('PUSHER_CLUSTER needs the package pusher, which is not installed: nobody is woken there');
      return null;
    },
  );

  async function tell(tenant: string): Promise<void> {
    try {
      await (await client)?.trigger(`private-${tenant}`, WAKE_EVENT, {});
    } catch (error) {
      if (performance.now() < quietUntil) return;
      quietUntil = performance.now() + LOG_MS;
      log.error('Pusher could not be told of news', { cluster, error: describeError(error) });
    }
  }

  return {
    wake(tenant) {
      const now = performance.now();
      const last = due.get(tenant) ?? -Infinity;
      // What is committed before a wake-up goes out is told by it.
      if (last > now || life.aborted) return;
      const at = Math.max(now + PUSHER_LIMITS.wakeMs, last + PUSHER_LIMITS.cloudWakeMs);
      due.set(tenant, at);
      setTimeout(() => !life.aborted && void tell(tenant), at - now).unref();
    },
  };
}
