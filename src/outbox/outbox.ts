// A page's outbox over its rows, wherever they are: a word to all with each change.
// Only appending and reading is here: what a person decides comes with the first decision, in a chunk of its own.
import { ENTRY_POLICY, type EntryPolicy } from '../core/entry-policy.ts';
import type { Clock, Random } from '../platform/ports.ts';
import type { OutboxRows } from '../store/outbox-rows.ts';
import { appendEntry } from './append.ts';
import type { Decisions, KickReason, Outbox } from './contract.ts';

export interface OutboxDeps {
  /** On disk: such as open with the first need and again after a loss (`createReopeningRows`). */
  readonly rows: OutboxRows;
  /** False for an entry that lives in this page's memory. */
  readonly isDurable: (id: string) => boolean;
  /** Id of the scope. */
  readonly scope: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Tells whoever drains, and every other page, that rows changed. This page is not told: it knows. */
  readonly tell: (why: KickReason) => void;
  readonly policy?: EntryPolicy;
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { rows, scope, clock, random, tell, policy = ENTRY_POLICY } = deps;

  async function deciding<T>(decide: (decisions: Decisions) => Promise<T>): Promise<T> {
    const { createDecisions } = await import('./decide.ts');
    const decided = await decide(createDecisions({ rows, clock, random, policy }));
    tell('result');
    return decided;
  }

  return {
    async append(request) {
      const entry = await appendEntry({ rows, scope, clock, random, policy }, request);
      tell('append');
      return { id: entry.id, durable: deps.isDurable(entry.id) };
    },
    list: () => rows.list(),
    retry: (id) => deciding((decisions) => decisions.retry(id)),
    edit: (id, change) => deciding((decisions) => decisions.edit(id, change)),
    discard: (id) => deciding((decisions) => decisions.discard(id)),
    resolve: (id, choice, current) => deciding((decisions) => decisions.resolve(id, choice, current)),
    async exportJson() {
      const { entries, unread } = await rows.list();
      return JSON.stringify({ v: 1, scope, exportedAt: new Date(clock.now()).toISOString(), entries, unread }, null, 2);
    },
  };
}
