// A drain in a world of its own: virtual time, a server that answers as it is told, rows in memory or on disk. Must not be kinder than the real ones.
import type { EntryPolicy } from '../../src/core/entry-policy.ts';
import { ENTRY_POLICY } from '../../src/core/entry-policy.ts';
import type { WriteRequest } from '../../src/core/entry.ts';
import { POLICY } from '../../src/core/policy.ts';
import { appendEntry } from '../../src/outbox/append.ts';
import type { Drain } from '../../src/outbox/contract.ts';
import { createDecisions } from '../../src/outbox/decide.ts';
import { createDrain, type DrainDeps } from '../../src/outbox/drain.ts';
import { createMemoryOutboxRows } from './memory-rows.ts';
import type { OutboxRows } from '../../src/store/outbox-rows.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { SCOPE_ID } from './entries.ts';

export type Answerer = (request: RestRequest, attempt: number) => Partial<RestAnswer> | Promise<Partial<RestAnswer>>;

const SILENT: RestAnswer = { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: { code: 'net/offline' } };
export const OK: Partial<RestAnswer> = { status: 200, etag: '"4"', problem: {} };
export const answer = (status: number, code?: string, rest: Partial<RestAnswer> = {}): Partial<RestAnswer> => ({
  status,
  problem: code ? { code } : {},
  ...rest,
});

export interface Sent extends RestRequest {
  readonly at: number;
}

export function createWorld(rows: OutboxRows = createMemoryOutboxRows()) {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const random = createSeededRandom(7);
  const sent: Sent[] = [];
  const logged: string[] = [];
  let answering: Answerer = () => OK;
  let changes = 0;

  const deps = (change: Partial<DrainDeps> = {}): DrainDeps => ({
    rows,
    clock,
    random,
    policy: POLICY,
    scope: SCOPE_ID,
    identity: { baseUrl: '', tenant: 't1', user: 'u1', device: 'd1' },
    isDeciding: true,
    log: { error: (message) => void logged.push(message), info: () => {}, debug: () => {} },
    idempotencyMs: () => null,
    runNo: () => 1,
    afford: async () => {},
    view: () => null,
    changed: () => void (changes += 1),
    sender: {
      async send(request, signal) {
        sent.push({ ...request, at: timeline.now() });
        const aborted = new Promise<Partial<RestAnswer>>((resolve) => signal?.addEventListener('abort', () => resolve({}), { once: true }));
        return { ...SILENT, ...(await Promise.race([answering(request, sent.length), aborted])) };
      },
    },
    ...change,
  });

  /** Lets everything happen that happens without time. */
  async function calm(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  return {
    rows,
    clock,
    timeline,
    sent,
    logged,
    deps,
    calm,
    changes: () => changes,
    answers: (next: Answerer) => void (answering = next),
    append: (request: Partial<WriteRequest> = {}, policy: EntryPolicy = ENTRY_POLICY) =>
      appendEntry({ rows, scope: SCOPE_ID, clock, random, policy }, requestFor('o1', request)),
    decisions: createDecisions({ rows, clock, random, policy: ENTRY_POLICY }),
    async start(change: Partial<DrainDeps> = {}, signal = new AbortController().signal): Promise<Drain> {
      const drain = createDrain(deps(change), signal);
      drain.kick('start');
      await calm();
      return drain;
    },
    /** Time goes on in small steps, with everything that it brings about. */
    async pass(ms: number, stepMs = 50): Promise<void> {
      for (let passed = 0; passed < ms; passed += stepMs) {
        timeline.advance(Math.min(stepMs, ms - passed));
        for (let turn = 0; turn < 12; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },
    states: async () => (await rows.list()).entries.map(({ state }) => state).join(' '),
  };
}

export type DrainWorld = ReturnType<typeof createWorld>;

export function requestFor(docId: string, change: Partial<WriteRequest> = {}): WriteRequest {
  const patch = { notes: 'mine' };
  return {
    method: 'PATCH',
    path: `/api/v1/orders/${docId}`,
    body: patch,
    effect: { collection: 'orders', docId, patch },
    original: { version: 3, doc: { notes: 'before', price: 5 } },
    ...change,
  };
}
