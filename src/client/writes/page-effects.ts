// What one page shows ahead of the server without anybody keeping it: laid over documents like an entry of the outbox, gone with the page.
import { ENTRY_VERSION, laneOf, type Effect, type Entry } from '../../core/entry.ts';
import type { Clock, Random } from '../../platform/ports.ts';
import type { ShownEffect } from './mutation.ts';

export interface PageEffectsDeps {
  readonly random: Random;
  readonly clock: Pick<Clock, 'after'>;
  readonly relaid: (collections: ReadonlySet<string>) => void;
}

export interface PageEffects {
  entries(): readonly Entry[];
  show(effect: Effect, version: number): ShownEffect;
}

/** More at once are a mistake of the application: the oldest goes. */
const MOST = 500;

export function createPageEffects({ random, clock, relaid }: PageEffectsDeps, signal: AbortSignal): PageEffects {
  let entries: readonly Entry[] = [];

  function put(next: readonly Entry[], { collection }: Effect): void {
    if (signal.aborted) return;
    entries = next.slice(-MOST);
    relaid(new Set([collection]));
  }

  return {
    entries: () => entries,
    show(effect, version) {
      const entry = toEntry(effect, random.id());
      const without = (): readonly Entry[] => entries.filter(({ id }) => id !== entry.id);
      const end = (): void => put(without(), effect);
      put([...entries, entry], effect);
      return {
        end,
        endWithNextValue(withinMs) {
          // As if the server had acknowledged it with the document's next version.
          put(
            entries.map((one) => (one.id === entry.id ? acked(one, version + 1) : one)),
            effect,
          );
          if (withinMs !== null) clock.after(withinMs, end);
        },
      };
    },
  };
}

function toEntry(effect: Effect, id: string): Entry {
  return {
    ...{ v: ENTRY_VERSION, id, scope: '', place: '', lane: laneOf({ effect, path: '' }), method: 'PATCH', path: '', effect, policy: 'server' },
    ...{ createdAt: 0, since: 0, sentAt: null, triedAt: null, notBefore: null, attempt: 0, state: 'waiting', answer: null, supersedes: null },
  };
}

function acked(entry: Entry, ackVersion: number): Entry {
  const nothing = { code: null, detail: null, field: null, expected: null, current: null, ackCursor: null, runNo: null };
  return { ...entry, state: 'acked', answer: { ...nothing, status: 200, ackVersion, at: 0 } };
}
