// Pages whose disk fails in every way that disks do, an engine that drains what is on it, and a server that counts: real rows in memory, the real drains.
import type { WriteRequest } from '../../src/core/entry.ts';
import { POLICY } from '../../src/core/policy.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { appendEntry } from '../../src/outbox/append.ts';
import type { Drain } from '../../src/outbox/contract.ts';
import { createDrain } from '../../src/outbox/drain.ts';
import { createLastingRows, type LastingRows, type Listed } from '../../src/outbox/lasting-rows.ts';
import { createVolatileOutbox, type VolatileOutbox } from '../../src/outbox/volatile-outbox.ts';
import type { OutboxRows } from '../../src/store/outbox-rows.ts';
import type { RestAnswer, RestRequest } from '../../src/transport/contract.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { SCOPE_ID } from './entries.ts';
import { createMemoryOutboxRows } from './memory-rows.ts';
import { answer, requestFor } from './world.ts';

/** `full` reads but doesn't write; `gone` does neither; `silent` answers when it is over, late; `liar` stores, and reports a failure. */
export type DiskMode = 'well' | 'full' | 'gone' | 'silent' | 'liar';
/** What becomes of a request: `deaf` = it never arrives, `mute` = it is done and nobody hears of it. */
export type NetMode = 'well' | 'deaf' | 'mute';

const WAIT_MS = 3_000;
const QUIET = { error: () => {}, info: () => {}, debug: () => {} };
const IDENTITY = { baseUrl: '', tenant: 't1', user: 'u1', device: 'd1' };

/** What lies on a disk is there for everybody; each context has its own way to it. */
function createFailingDisk() {
  const rows = createMemoryOutboxRows();
  let mode: DiskMode = 'well';
  let owed: (() => void)[] = [];
  let calls = 0;
  let cut: { readonly at: number; readonly how: 'before' | 'after'; readonly die: () => void } | null = null;

  async function guard<T>(isWrite: boolean, ask: () => Promise<T>): Promise<T> {
    calls += 1;
    const isCut = calls === cut?.at;
    if (isCut && cut?.how === 'before') return new Promise(cut.die);
    const answered = await inMode(isWrite, ask);
    return isCut && cut ? new Promise(cut.die) : answered;
  }

  async function inMode<T>(isWrite: boolean, ask: () => Promise<T>): Promise<T> {
    if (mode === 'silent') await new Promise<void>((resolve) => owed.push(resolve));
    if (mode === 'gone') throw new SyncError('store/unavailable', 'gone');
    if (mode === 'full' && isWrite) throw new SyncError('store/quota', 'full');
    const result = await ask();
    if (mode === 'liar' && isWrite) throw new SyncError('store/failed', 'it was stored all the same');
    return result;
  }

  const guarded: OutboxRows = {
    list: () => guard(false, () => rows.list()),
    append: (entry, bounds) => guard(true, () => rows.append(entry, bounds)),
    change: (names, change) => guard(true, () => rows.change(names, change)),
    sweep: (names) => guard(true, () => rows.sweep(names)),
    close: () => {},
  };
  return {
    rows,
    guarded,
    mode: () => mode,
    /** Calls from now on are counted; at this one whoever called dies, before it is done or before he hears of it. */
    cutAt(at: number, how: 'before' | 'after', die: () => void): void {
      calls = 0;
      cut = { at, how, die };
    },
    calls: () => calls,
    become(next: DiskMode): void {
      mode = next;
      if (next === 'silent') return;
      for (const go of owed) go();
      owed = [];
    },
  };
}

/** Answers under their keys, as the real one, and a tape of what was done and on what terms; refuses only what is `bad`. */
function createServer() {
  const kept = new Map<string, Partial<RestAnswer>>();
  const versions = new Map<string, number>();
  const tape: { readonly id: string; readonly path: string; readonly ifMatch: number | null }[] = [];

  function handle({ idempotencyKey = '', path, body, ifMatch }: RestRequest): Partial<RestAnswer> {
    const made = kept.get(idempotencyKey) ?? perform(idempotencyKey, path, { body, ifMatch: ifMatch ?? null });
    kept.set(idempotencyKey, made);
    return made;
  }
  function perform(id: string, path: string, { body, ifMatch }: { readonly body: unknown; readonly ifMatch: number | null }): Partial<RestAnswer> {
    const version = versions.get(path) ?? 3;
    if (JSON.stringify(body).includes('bad')) return answer(422, 'write/rejected');
    versions.set(path, version + 1);
    tape.push({ id, path, ifMatch });
    return { status: 200, etag: `"${version + 1}"` };
  }
  return { handle, tape };
}

export function createVolatileWorld(seed = 1) {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const random = createSeededRandom(seed);
  const disk = createFailingDisk();
  const server = createServer();
  let net: NetMode = 'well';
  let engine = new AbortController();
  let drain: Drain | null = null;

  const sender = {
    async send(request: RestRequest): Promise<RestAnswer> {
      await new Promise<void>((resolve) => void clock.after(20, resolve));
      const silence: RestAnswer = { status: 0, etag: null, cursor: null, retryAfter: null, body: null, problem: { code: 'net/offline' } };
      if (net === 'deaf') return silence;
      const made = server.handle(request);
      return net === 'mute' ? silence : { ...silence, problem: {}, ...made };
    },
  };

  function startEngine(): void {
    engine.abort();
    engine = new AbortController();
    drain = createDrain(
      {
        ...{ rows: disk.guarded, sender, identity: IDENTITY, scope: SCOPE_ID, clock, random, policy: POLICY, log: QUIET, isDeciding: true },
        idempotencyMs: () => null,
        runNo: () => 1,
        afford: async () => {},
        view: () => null,
        changed: () => {},
      },
      engine.signal,
    );
    drain.kick('start');
  }

  function stopEngine(): void {
    engine.abort();
    drain = null;
  }

  function openPage(isKept = true) {
    const life = new AbortController();
    let memory: VolatileOutbox | null = null;
    const make = (picture: Listed | null): VolatileOutbox =>
      (memory ??= createVolatileOutbox(
        {
          ...{
            disk: isKept ? disk.guarded : null,
            picture,
            sender,
            identity: IDENTITY,
            scope: SCOPE_ID,
            clock,
            random,
            policy: POLICY,
            log: QUIET,
            waitMs: WAIT_MS,
          },
          view: () => null,
          stored: () => drain?.kick('append'),
          changed: () => {},
        },
        life.signal,
      ));
    const rows: LastingRows = isKept ? createLastingRows({ disk: disk.guarded, clock, waitMs: WAIT_MS, load: async (picture) => make(picture) }) : make(null);
    return {
      rows,
      life,
      memory: () => memory,
      async write(docId: string, change: Partial<WriteRequest> = {}) {
        const { original: _, ...blind } = requestFor(docId, change);
        const { id } = await appendEntry({ rows, scope: SCOPE_ID, clock, random }, change.original ? requestFor(docId, change) : blind);
        if (!rows.inMemory(id)) drain?.kick('append');
        return { id, isDurable: !rows.inMemory(id) };
      },
      states: async () => (await rows.list()).entries.map(({ id, state }) => `${id} ${state}`),
    };
  }

  async function pass(ms: number, stepMs = 100): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      timeline.advance(Math.min(stepMs, ms - passed));
      for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** What a call brings that needs time to go on; null where the disk owes it for longer, or it fails. */
  async function during<T>(call: Promise<T>): Promise<T | null> {
    let isOver = false;
    const done = call.catch(() => null).finally(() => (isOver = true));
    for (let turn = 0; turn < 20 && !isOver; turn++) await pass(200);
    return isOver ? done : null;
  }

  return { clock, disk, server, openPage, startEngine, stopEngine, pass, during, becomeNet: (next: NetMode) => void (net = next) };
}

export type VolatileWorld = ReturnType<typeof createVolatileWorld>;
export type WritingPage = ReturnType<VolatileWorld['openPage']>;
