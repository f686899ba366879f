// What a person does about entries: once more, otherwise, not at all. Each is one transaction over the rows as they stand in that moment, so that a
// drain which answers at the same time, or another tab, can't be overwritten.
import { resolveByChoice, type Choice, type Resolution } from '../core/conflict.ts';
import type { EntryPolicy } from '../core/entry-policy.ts';
import { isEnded, stepEntry, successorOf, type Entry, type WriteRequest } from '../core/entry.ts';
import { groupOf } from '../core/overlay.ts';
import type { Clock, Random } from '../platform/ports.ts';
import type { VersionedDocument } from '../protocol/http.ts';
import type { OutboxRows } from '../store/outbox-rows.ts';
import { assertSize } from './append.ts';
import type { Decided, Decisions } from './contract.ts';

export interface DecideDeps {
  readonly rows: Pick<OutboxRows, 'list' | 'change'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'id'>;
  readonly policy: EntryPolicy;
}

export function createDecisions({ rows, clock, random, policy }: DecideDeps): Decisions {
  /** `change` gets the entry as it stands; null = it changes nothing. */
  async function changeOne(id: string, change: (entry: Entry) => readonly Entry[]): Promise<readonly Entry[]> {
    const { entries } = await rows.list();
    const named = entries.filter((entry) => entry.id === id);
    return rows.change(named, (found) => found.flatMap(change));
  }

  /** The entry, over, and its successor; nothing where it can't be replaced. */
  function replaced(entry: Entry, change: Partial<WriteRequest>): readonly Entry[] {
    const now = clock.now();
    const over = stepEntry(entry, { type: 'supersede' }, now);
    if (over === entry) return [];
    const next = successorOf(entry, change, { id: random.id(), now });
    assertSize(next, policy);
    return [over, next];
  }

  function resolved(entry: Entry, resolution: Resolution): readonly Entry[] {
    if (resolution.do === 'ask') return [];
    if (resolution.do === 'yield') return [stepEntry(entry, { type: 'discard' }, clock.now())];
    return replaced(entry, resolution.change);
  }

  return {
    async retry(id) {
      const after = await changeOne(id, (entry) => (entry.state === 'dead' ? replaced(entry, {}) : []));
      return after[1]?.id ?? null;
    },
    async edit(id, change) {
      const after = await changeOne(id, (entry) => replaced(entry, change));
      return after[1]?.id ?? null;
    },
    async discard(id) {
      const { entries } = await rows.list();
      const after = await rows.change(groupOf(entries, id), (found) =>
        found.filter((entry) => !isEnded(entry)).map((entry) => stepEntry(entry, { type: 'discard' }, clock.now())),
      );
      return after.some((entry) => entry.id === id);
    },
    async resolve(id: string, choice: Choice, current: VersionedDocument | null = null): Promise<Decided> {
      const [over, next] = await changeOne(id, (entry) => resolved(entry, resolveByChoice(entry, choice, current)));
      if (next) return { did: 'sent', id: next.id };
      return { did: over ? 'yielded' : 'ask' };
    },
  };
}
