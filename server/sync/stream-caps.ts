// How many streams may be open: of a device, a user, a tenant, and on the whole server. Over it a newcomer is asked to come back; nobody who
// is there is put out for it.
import { HttpProblem } from '../problem.ts';
import type { Hub, StreamOwner } from './hub.ts';

export interface StreamCaps {
  /** Readers of one device that name no term; an engine has one stream, its newest. */
  readonly perDevice: number;
  readonly perUser: number;
  readonly perTenant: number;
  readonly total: number;
}

/** A stream costs about 20 kB and 10 us a delivery: ten thousand are what one process carries. */
export const STREAM_CAPS: StreamCaps = { perDevice: 8, perUser: 1_000, perTenant: 5_000, total: 10_000 };

/** Seconds within which those who were refused come back, at random: else they would all come at once. */
const COME_BACK = [5, 15] as const;

export interface CapState {
  /** Streams of all tenants, and how many there may be. */
  readonly open: number;
  readonly caps: StreamCaps;
  /** Readers asked to come back since the start. */
  readonly refused: number;
}

export interface StreamGate {
  /** Throws `server/busy` where a cap is reached. Those whom this stream replaces don't count. */
  admit(owner: StreamOwner): void;
  state(): CapState;
}

export function createStreamGate(hub: Hub, caps: StreamCaps, random: () => number): StreamGate {
  let refused = 0;
  return {
    admit(owner) {
      const counts = hub.countFor(owner);
      const name = (['perDevice', 'perUser', 'perTenant', 'total'] as const).find((name) => counts[name] >= caps[name]);
      if (name === undefined) return;
      refused++;
      const [least, most] = COME_BACK;
      const retryAfter = Math.round(least + random() * (most - least));
      throw new HttpProblem('server/busy', `Too many streams are open (${WORDS[name]}): come back later.`, { retryAfter });
    },
    state: () => ({ open: hub.clients, caps, refused }),
  };
}

const WORDS: Readonly<Record<keyof StreamCaps, string>> = {
  perDevice: 'of this device',
  perUser: 'of this user',
  perTenant: 'of this tenant',
  total: 'on this server',
};
