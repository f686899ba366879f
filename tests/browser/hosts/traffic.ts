// Events all the time, as a branch at work makes them, so that the time until somebody hears one again can be told.
import type { RestUser } from '../../support/rest-user.ts';

export interface Traffic {
  /** Ends it; answers the seq of the last event. */
  stop(): Promise<number>;
}

const MOST = 100_000;

export function startTraffic(user: RestUser, perSecond = 25): Traffic {
  const end = new AbortController();
  const burst = user.burst(MOST, { lanes: 2, perSecond, stop: end.signal });
  return {
    async stop() {
      end.abort();
      await burst;
      return (await user.status()).head;
    },
  };
}
