// One engine of the model: the real ingest, connection and sweep, composed as engine.ts composes them, on a store and a network of the model.
import { createConnection, type LiveConnection } from '../../src/engine/connect.ts';
import { createCounters } from '../../src/engine/counters.ts';
import { createIngest, type CommittedFrame, type Ingest } from '../../src/engine/ingest.ts';
import * as later from '../../src/engine/later.ts';
import { startSweep } from '../../src/engine/sweep.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { MemoryDatabase } from '../../src/store/memory-store.ts';
import type { FakeNetwork } from '../support/fake-stream.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { HistoryChecker } from './history-checker.ts';
import { SILENT_LOG, slowWriter, type DiskWeather, type ModelBus } from './model-context.ts';
import type { Variant } from './variant.ts';

export interface EngineDeps {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly database: MemoryDatabase;
  readonly weather: DiskWeather;
  readonly network: FakeNetwork;
  readonly bus: ModelBus;
  readonly checker: HistoryChecker;
  readonly policy: Policy;
  readonly variant: Variant;
  readonly identity: { readonly baseUrl: string; readonly tenant: string; readonly user: string; readonly device: string };
  /** The lowest seq of `run` that a living page has behind it. */
  readonly passed: (run: string) => number;
  readonly trace: (line: string) => void;
}

export interface ModelEngine {
  readonly name: string;
  isOver(): boolean;
  isFrozen(): boolean;
  freeze(): void;
  thaw(): void;
  /** Dies between two steps: what it asked the disk for may be done or not. */
  crash(): void;
  /** Lets go of everything, when nobody looks any more. */
  dispose(): void;
  wake(): void;
  /** The user signs in again, if that is what is missing. */
  signIn(): void;
  prefer(transport: 'auto' | 'polling'): void;
  /** Enough other scopes stream, for this time. */
  crowd(forMs: number): void;
  cursor(): string | null;
  /** The run that it writes; null before it leads. */
  run(): string | null;
  isConnected(): boolean;
}

interface Notice {
  readonly k: 'frame' | 'beat';
  readonly term: number;
}

export function createModelEngine(deps: EngineDeps): ModelEngine {
  const { name, clock, random, database, weather, network, bus, checker, policy, variant, identity, trace } = deps;
  const life = new AbortController();
  const wire = network.connect(clock);
  let ingest: Ingest | null = null;
  let connection: LiveConnection | null = null;
  let term = 0;
  let isFrozen = false;
  let isDead = false;
  const leave = bus.join(name, { clock, isLosing: () => false, hear: (message) => hear(message as Notice) });

  function retire(why: string): void {
    if (life.signal.aborted) return;
    trace(`${name} retires: ${why}`);
    leave();
    life.abort();
  }

  function hear(message: Notice): void {
    if (ingest && message.term > term) retire('a newer one leads');
  }

  function publish(frame: CommittedFrame): void {
    if (isDead) return;
    trace(`${name} publishes ${frame.run.slice(0, 7)} ${frame.prev}..${frame.through}`);
    bus.post(name, { ...frame, k: 'frame', engine: name });
    sweeper.press();
  }

  const listener = {
    reconnect: () => connection?.breakOff('gap'),
    verify: () => connection?.input({ type: 'rotate', attempt: connection.state().memory.attempt, afterMs: 0 }),
    resync: (reason: Parameters<Parameters<typeof createIngest>[2]['resync']>[0]) => connection?.input({ type: 'resync', reason }),
    fenced: () => retire('fenced'),
    failed: () => connection?.breakOff('store'),
    stale: (keys: Parameters<LiveConnection['mend']>[0]) => connection?.mend(keys),
  };

  let sweeper = { press: (): void => {} };

  async function lead(): Promise<void> {
    const store = database.open(life.signal);
    const currentTerm = async (): Promise<number> => (await store.reader.read(null)).meta.term;
    const slow = slowWriter(variant.disk?.(store.writer, currentTerm) ?? store.writer, { clock, random, weather }, checker);
    const writer = variant.writer?.(slow, { publish, lastMeta: () => ingest?.meta() ?? null }) ?? slow;
    const claim = await writer.claim(clock.now());
    term = claim.meta.term;
    trace(`${name} leads, term ${term}, at ${claim.meta.cursor}`);
    const made = createIngest({ writer, clock, policy, gatherMs: () => policy.gatherMs.visible, publish, count: () => {} }, claim, listener, life.signal);
    ingest = variant.ingest?.(made) ?? made;
    connection = createConnection(
      {
        stream: variant.stream?.(wire.stream) ?? wire.stream,
        rest: wire.rest,
        ingest,
        identity,
        clock,
        random,
        policy,
        counters: createCounters(null),
        log: { ...SILENT_LOG, info: (message) => trace(`${name} ${message}`) },
        lastByteAt: null,
        later: () => Promise.resolve(later),
      },
      { changed: () => {}, transient: () => {}, retire: () => retire('the server knows a newer one') },
      life.signal,
    );
    sweeper = startSweep(
      {
        writer,
        clock,
        policy,
        log: SILENT_LOG,
        meta: made.meta,
        passed: () => deps.passed(made.meta().run),
        swept: ({ meta, dropped }) => made.noteSweep(meta, dropped),
      },
      life.signal,
    );
    bus.post(name, { k: 'beat', engine: name, term });
    connection.input({ type: 'hold' });
  }

  void lead().catch((error: unknown) => retire(`could not start: ${String(error)}`));

  return {
    name,
    isOver: () => isDead || life.signal.aborted,
    isFrozen: () => isFrozen,
    freeze() {
      isFrozen = true;
      clock.freeze();
    },
    thaw() {
      isFrozen = false;
      clock.thaw();
    },
    crash() {
      isDead = true;
      clock.stop();
      leave();
      wire.cut();
    },
    dispose: () => life.abort(),
    wake: () => connection?.input({ type: 'wake' }),
    signIn: () => connection?.state().at === 'needs_auth' && connection.input({ type: 'ask' }),
    prefer: (transport) => connection?.state().memory.transport !== transport && connection?.input({ type: 'prefer', transport }),
    crowd(forMs) {
      connection?.input({ type: 'crowd', isCrowded: true });
      clock.after(forMs, () => connection?.input({ type: 'crowd', isCrowded: false }));
    },
    cursor: () => ingest?.cursor() ?? null,
    run: () => ingest?.meta().run ?? null,
    isConnected: () => connection?.state().at === 'connected',
  };
}
