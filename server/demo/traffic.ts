// The traffic generator of the demo: people who come to work in each branch and do what a real day asks of them, through the same
// REST as a user. It remembers nothing that matters: started again, it reads the branch and goes on.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, type Logger } from '../log.ts';
import { nameOf, type Action, type ActionKind } from './action.ts';
import { createBranchClient, RestTrouble, type BranchClient, type Fetch } from './branch-client.ts';
import { decide } from './decide.ts';
import { crewOf, type DemoAccount } from './people.ts';
import { createDraw, createRandom, hashText, pickAt } from './random.ts';

export interface TrafficDeps {
  readonly fetch: Fetch;
  /** Where the server is, `http://127.0.0.1:4173`. */
  readonly origin: string;
  /** The people to use; a branch needs a worker and, to forget old orders, a manager. */
  readonly accounts: readonly DemoAccount[];
  /** 1..100 (held to that): multiplies DEMO_SPEED. At 1 each branch moves every few seconds and a wash takes about three minutes. */
  readonly rate: number;
  readonly seed: number;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface Traffic {
  /** Resolves when `signal` has ended the traffic; never rejects. */
  readonly done: Promise<void>;
  /** Writes that the server took, by kind, and those that it refused, over all branches. */
  counts(): TrafficCounts;
}

export interface TrafficCounts {
  readonly done: Readonly<Partial<Record<ActionKind, number>>>;
  readonly refused: number;
  /** Rounds that ended in trouble: server away, overloaded or broken. */
  readonly troubles: number;
}

const LONGEST_ROUND_MS = 1_000;
const SHORTEST_ROUND_MS = 250;
const LONGEST_BACKOFF_MS = 30_000;
/** What was refused at one version isn't tried again for this long. */
const REFUSED_FOR_MS = 10_000;
const REFUSALS_KEPT = 200;

/** Starts the traffic of every branch that has a worker among the accounts; it runs until `signal` aborts. */
export function startTraffic(deps: TrafficDeps, signal: AbortSignal): Traffic {
  const rate = Math.min(100, Math.max(1, Number.isFinite(deps.rate) ? deps.rate : 1));
  const tally: Tally = { done: {}, refused: 0, troubles: 0 };
  const tenants = new Set(deps.accounts.filter((account) => account.role === 'worker').map((account) => account.tenant));
  const branches = [...tenants].map((tenant) => runBranch({ ...deps, rate }, tenant, tally, signal));
  return { done: Promise.all(branches).then(() => undefined), counts: () => ({ ...tally, done: { ...tally.done } }) };
}

interface Tally {
  readonly done: Partial<Record<ActionKind, number>>;
  refused: number;
  troubles: number;
}

async function runBranch(deps: TrafficDeps, tenant: string, tally: Tally, signal: AbortSignal): Promise<void> {
  const round = createRound(deps, tenant, tally, createBranchClient({ ...deps, newKey: randomUUID }, signal));
  const random = createRandom(deps.seed ^ hashText(tenant));
  const roundMs = Math.max(SHORTEST_ROUND_MS, LONGEST_ROUND_MS / Math.sqrt(deps.rate));
  let troubles = 0;
  while (!signal.aborted) {
    const trouble = await round(signal);
    if (signal.aborted) return;
    troubles = trouble ? troubles + 1 : 0;
    if (trouble) tally.troubles += 1;
    if (trouble) reportTrouble(deps.log, { tenant, times: troubles, trouble: describeError(trouble) });
    const pauseMs = trouble ? backoffMs(trouble, troubles, random.next()) : roundMs * (0.7 + 0.6 * random.next());
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** One round: read, decide, do. Answers what went wrong, whatever it was, and never throws. */
function createRound(deps: TrafficDeps, tenant: string, tally: Tally, client: BranchClient): (signal: AbortSignal) => Promise<Error | null> {
  const { rate, now } = deps;
  const workers = deps.accounts.filter((account) => account.tenant === tenant && account.role === 'worker');
  const manager = deps.accounts.find((account) => account.tenant === tenant && account.role === 'manager');
  const crew = crewOf(tenant);
  const draw = createDraw(deps.seed ^ hashText(tenant));
  const most = Math.ceil(rate / 4);
  const startedAtMs = now();
  const refusals = createRefusals(now);
  let lastWriteMs = startedAtMs;

  async function perform(action: Action): Promise<void> {
    const doer = action.doer === 'manager' ? manager : pickAt(workers, draw(nameOf(action)));
    if (!doer) return;
    if (await client.write(doer, action)) {
      lastWriteMs = now();
      tally.done[action.kind] = (tally.done[action.kind] ?? 0) + 1;
      return;
    }
    tally.refused += 1;
    refusals.note(action);
    deps.log.debug('Demo traffic was refused', { tenant, kind: action.kind, path: action.path });
  }

  return async (signal) => {
    try {
      const view = await client.read(pickAt(workers, 0));
      const actions = decide({ view, draw, crew, pace: { startedAtMs, nowMs: now(), rate } }, now() - lastWriteMs);
      for (const action of actions.filter(refusals.allow).slice(0, most)) {
        if (signal.aborted) break;
        await perform(action);
      }
      return null;
    } catch (cause) {
      return cause instanceof Error ? cause : new Error(describeError(cause));
    }
  };
}

/** What the server just refused; the oldest is forgotten beyond REFUSALS_KEPT. */
function createRefusals(now: () => number) {
  const until = new Map<string, number>();
  return {
    allow: (action: Action) => (until.get(nameOf(action)) ?? 0) <= now(),
    note(action: Action) {
      until.delete(nameOf(action));
      until.set(nameOf(action), now() + REFUSED_FOR_MS);
      const [oldest] = until.keys();
      if (until.size > REFUSALS_KEPT && oldest !== undefined) until.delete(oldest);
    },
  };
}

/** A herd of one needs little jitter, but two branches shouldn't knock together. An ended session is no reason to wait. */
function backoffMs(trouble: Error, times: number, jitter: number): number {
  const asked = trouble instanceof RestTrouble ? trouble.retryAfterMs : null;
  if (asked !== null) return Math.max(asked, SHORTEST_ROUND_MS) * (1 + jitter / 4);
  const isSignedOut = trouble instanceof RestTrouble && trouble.status === 401 && times === 1;
  return isSignedOut ? 0 : Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** Math.min(times, 10)) * (0.5 + jitter / 2);
}

/** The first of a row is worth a line; a server that is away for an hour is not worth a hundred. */
function reportTrouble(log: Logger, fields: { readonly tenant: string; readonly times: number; readonly trouble: string }): void {
  if (fields.times === 1 || fields.times % 20 === 0) log.info('Demo traffic waits for the server', fields);
  else log.debug('Demo traffic waits for the server', fields);
}
