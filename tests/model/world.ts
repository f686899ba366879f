// The simulated world of one device: a server, a network, a disk, engines that come and go, and pages. Everything happens on one timeline.
// `act` does one action of a schedule; healing ends every fault and waits until all agree.
import { createMemoryDatabase } from '../../src/store/memory-store.ts';
import { createFakeServer, type Feed } from '../support/fake-server.ts';
import { createFakeNetwork, NO_FAULTS } from '../support/fake-stream.ts';
import type { StreamEnd } from '../../src/transport/contract.ts';
import { createSeededRandom } from '../support/seeded-random.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { createHistoryChecker, type HistoryChecker } from './history-checker.ts';
import { createModelBus, type DiskWeather } from './model-context.ts';
import { createModelEngine, type ModelEngine } from './model-engine.ts';
import { createModelPage, HISTORY, type ModelPage } from './model-page.ts';
import { MODEL_POLICY } from './model-policy.ts';
import type { Action, ActionKind } from './schedule.ts';
import { tellDocuments } from './tell-documents.ts';
import type { Variant } from './variant.ts';

export const COLLECTIONS = ['orders', 'payments'] as const;
const HEARTBEAT_MS = 1_000;
const CHECKPOINT_MS = 2_500;
const DAY_MS = 86_400_000;
const WALL_START = 1_700_000_000_000;
const IDENTITY = { baseUrl: 'http://test', tenant: 't1', user: 'u1', device: 'd1' };

export interface World {
  readonly checker: HistoryChecker;
  act(action: Action): void;
  /** Goes to `at`, one timer at a time; stops at the first violation. */
  advanceTo(at: number): Promise<void>;
  now(): number;
  /** Ends every fault. */
  heal(): void;
  /** Null when everything agrees, else what does not. */
  disagreement(): Promise<string | null>;
  verifyEnd(): Promise<void>;
  /** Many thousand worlds are made in one process: what listens to a signal that never comes would keep each of them. */
  dispose(): void;
}

/** Lets everything that is ready run: promises only, since every wait of the model is a timer of its timeline. */
const drain = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export function createWorld(seed: number, variant: Variant, trace: (line: string) => void): World {
  const random = createSeededRandom(seed);
  const timeline = createTimeline();
  const wallNow = (): number => WALL_START + timeline.now();
  const server = createFakeServer(wallNow);
  const tenant = server.tenant(IDENTITY.tenant);
  const neighbour = server.tenant('t2');
  const feed: Feed = random.chance(0.3) ? ['orders'] : null;
  const network = createFakeNetwork({
    tenant,
    feed,
    random: random.fork(),
    identity: IDENTITY,
    heartbeatMs: HEARTBEAT_MS,
    pollMs: MODEL_POLICY.pollAfterMs,
    now: wallNow,
  });
  const checker = createHistoryChecker({ truth: tenant.truth, feed });
  const database = createMemoryDatabase({ policy: MODEL_POLICY, random: random.fork() });
  const life = new AbortController();
  const auditor = database.open(life.signal).reader;
  const weather: DiskWeather = { slowChance: 0, failingReads: 0 };
  const bus = createModelBus(timeline.now, random.fork());
  const shared = { database, weather, bus, checker, variant, trace };
  const world = timeline.clock();
  const engines: ModelEngine[] = [];
  let pages: ModelPage[] = [];
  let names = 0;
  let isHealing = false;

  const startPage = (): void =>
    void pages.push(createModelPage({ ...shared, name: `page${++names}`, clock: timeline.clock(), random: random.fork(), collections: COLLECTIONS }));
  const passed = (run: string): number =>
    Math.min(...pages.flatMap((page) => (page.position()?.run === run ? [page.position()?.seq ?? 0] : [])), Number.MAX_SAFE_INTEGER);

  function startEngine(jumpMs = 0): void {
    const clock = timeline.clock();
    clock.jump(jumpMs);
    engines.push(
      createModelEngine({
        ...shared,
        name: `engine${++names}`,
        clock,
        random: random.fork(),
        network,
        policy: { ...MODEL_POLICY, ...variant.policy },
        identity: IDENTITY,
        passed,
      }),
    );
  }

  /** Pages notice a dead engine and start another; a frozen one is left to `freeze-engine`. */
  function supervise(): void {
    if (engines.every((engine) => engine.isOver())) startEngine();
    world.after(150, supervise);
  }
  function everyHeartbeat(): void {
    network.heartbeat();
    world.after(HEARTBEAT_MS, everyHeartbeat);
  }
  function everyCheckpoint(): void {
    network.checkpoint();
    world.after(CHECKPOINT_MS, everyCheckpoint);
  }

  function write(seedOfWrite: number, count: number): void {
    const chance = createSeededRandom(seedOfWrite);
    for (let left = count; left > 0; left--) {
      const kind = chance.pick(['doc', 'patch', 'patch', 'patch', 'delete', 'hostile', 'notice'] as const);
      const target = chance.chance(0.1) ? neighbour : tenant;
      target.append({ collection: chance.pick(COLLECTIONS), id: `x${chance.int(4)}`, kind, now: wallNow() });
    }
    network.flush();
  }

  const later = (ms: number, task: () => void): void => void world.after(ms, task);

  /** Every request is answered so, and what is open ends. */
  function trouble(answer: StreamEnd, forMs: number): void {
    network.trouble = answer;
    network.cutAll();
    later(forMs, () => void (network.trouble = null));
  }

  const signIn = (): void => living().forEach((engine) => engine.signIn());

  function prefer(transport: 'auto' | 'polling', forMs: number): void {
    living().forEach((engine) => engine.prefer(transport));
    if (transport === 'polling') later(forMs, () => prefer('auto', 0));
  }

  function restore(epoch: 'same' | 'new', seedOfRestore: number): void {
    const chance = createSeededRandom(seedOfRestore);
    tenant.restore(Math.max(0, tenant.head().seq - chance.int(8)), epoch);
    network.cutAll();
    if (chance.chance(0.7)) write(chance.int(2 ** 30), chance.int(10));
  }

  const living = (): ModelEngine[] => engines.filter((engine) => !engine.isOver());
  const acts: Readonly<Record<ActionKind, (chance: ReturnType<typeof createSeededRandom>) => void>> = {
    write: (chance) => write(chance.int(2 ** 30), 1 + chance.int(4)),
    burst: (chance) => write(chance.int(2 ** 30), 20 + chance.int(20)),
    'silent-bump': (chance) => {
      const id = `x${chance.int(4)}`;
      tenant.bumpSilently('orders', id);
      tenant.append({ collection: 'orders', id, kind: 'patch', now: wallNow() });
      network.flush();
    },
    cut: () => network.cutAll(),
    outage: (chance) => {
      network.isUp = false;
      network.cutAll();
      later(200 + chance.int(3_000), () => void (network.isUp = true));
    },
    'mute-proxy': (chance) => {
      network.isMute = true;
      later(1_000 + chance.int(5_000), () => void (network.isMute = false));
    },
    portal: (chance) => trouble({ kind: 'wrong-answer', status: 200, contentType: 'text/html' }, 500 + chance.int(4_000)),
    unavailable: (chance) => {
      const retryAfter = chance.pick([null, null, '1']);
      trouble(retryAfter === null ? { kind: 'server', status: 503, retryAfter } : { kind: 'limited', status: 503, retryAfter }, 500 + chance.int(4_000));
    },
    'token-expiry': (chance) => (trouble({ kind: 'unauthorized', reason: 'auth' }, 200 + chance.int(2_000)), later(2_500 + chance.int(1_000), signIn)),
    'choose-polling': (chance) => prefer('polling', 1_000 + chance.int(4_000)),
    nudges: (chance) => times(1 + chance.int(20), () => later(chance.int(1_500), network.nudge)),
    crowd: (chance) => living().forEach((engine) => engine.crowd(500 + chance.int(4_000))),
    noise: (chance) => {
      const some = (most: number): number => (chance.chance(0.5) ? chance.number() * most : 0);
      network.faults = { lose: some(0.2), double: some(0.3), replayOld: some(0.3), reorder: some(0.5), refuse: some(0.4) };
      later(300 + chance.int(3_000), () => void (network.faults = { ...NO_FAULTS }));
    },
    resync: (chance) => network.resyncAll(chance.pick(['permissions', 'schema'] as const)),
    rotate: (chance) => {
      network.rotateAll(chance.int(800));
      later(400 + chance.int(800), () => network.cutAll());
    },
    expire: (chance) => tenant.expire(tenant.head().seq - chance.int(4)),
    'restore-same': (chance) => restore('same', chance.int(2 ** 30)),
    'restore-new': (chance) => restore('new', chance.int(2 ** 30)),
    'fail-commits': (chance) => times(1 + chance.int(3), () => database.failNext('commit')),
    'fail-reads': (chance) => void (weather.failingReads += 1 + chance.int(3)),
    'fail-reset': () => database.failNext('reset'),
    'slow-disk': (chance) => {
      weather.slowChance = 0.2 + chance.number() * 0.5;
      later(500 + chance.int(2_000), () => void (weather.slowChance = 0));
    },
    'crash-engine': () => living().at(-1)?.crash(),
    'freeze-engine': (chance) => {
      const leader = living().at(-1);
      leader?.freeze();
      later(100 + chance.int(400), () => startEngine());
      later(600 + chance.int(4_000), () => leader?.thaw());
    },
    'second-engine': () => startEngine(),
    'clock-jump': (chance) => {
      living().at(-1)?.crash();
      startEngine(chance.pick([-DAY_MS, DAY_MS]));
    },
    'freeze-page': (chance) => stopPage('frozen', chance.int(2 ** 30)),
    'busy-page': (chance) => stopPage('busy', chance.int(2 ** 30)),
    'reload-page': (chance) => {
      const page = chance.pick(pages);
      page.end();
      pages = pages.filter((other) => other !== page);
      startPage();
    },
    'late-page': () => (pages.length < 5 ? startPage() : undefined),
  };

  function stopPage(how: 'frozen' | 'busy', seedOfStop: number): void {
    const chance = createSeededRandom(seedOfStop);
    const page = chance.pick(pages);
    page.stop(how);
    later(100 + chance.int(4_000), () => page.go());
  }

  async function settle(): Promise<void> {
    await drain();
    await checker.verifyDisk(auditor);
  }

  async function disagreement(): Promise<string | null> {
    const engine = living().at(-1);
    const head = tenant.head();
    if (!engine?.isConnected()) return 'no engine is connected';
    if (engine.cursor() !== head.cursor) return `the engine stands at ${engine.cursor()}, the server at ${head.cursor}`;
    for (const page of pages) {
      const position = page.position();
      if (position?.run !== engine.run()) return `${page.name} stands in another run than the engine`;
      if (position?.seq !== head.seq) return `${page.name} stands at ${position?.seq}, the server at ${head.seq}`;
      const wrong = COLLECTIONS.find((collection) => tellDocuments(page.documents(collection)) !== serverDocuments(collection));
      if (wrong) return `${page.name} shows other ${wrong}: ${tellDocuments(page.documents(wrong))} instead of ${serverDocuments(wrong)}`;
    }
    const kept = (await auditor.history(HISTORY)).events.map(({ id }) => id);
    // A page may remember more than the disk still has.
    const page = pages.find((one) => String(one.history().slice(-kept.length || HISTORY)) !== String(kept));
    return page ? `${page.name} shows other past events: ${String(page.history())} instead of ${String(kept)}` : null;
  }

  function serverDocuments(collection: string): string {
    const rows = tenant.snapshot(feed, null).documents.filter((document) => document.collection === collection);
    return tellDocuments(new Map(rows.map((row) => [row.id, row])));
  }

  times(1 + random.int(3), () => write(random.int(2 ** 30), 1 + random.int(3)));
  startEngine();
  times(2 + random.int(2), startPage);
  supervise();
  everyHeartbeat();
  everyCheckpoint();

  return {
    checker,
    now: timeline.now,
    act(action) {
      trace(`${timeline.now()} -- ${action.kind}`);
      acts[action.kind](createSeededRandom(action.seed));
    },
    async advanceTo(at) {
      await settle();
      while (checker.violations.length === 0 && timeline.step(at)) await settle();
    },
    heal() {
      if (isHealing) return;
      isHealing = true;
      trace(`${timeline.now()} -- heal`);
      network.faults = { ...NO_FAULTS };
      network.isUp = true;
      network.isMute = false;
      network.trouble = null;
      prefer('auto', 0);
      signIn();
      Object.assign(weather, { slowChance: 0, failingReads: 0 });
      for (const engine of engines) engine.thaw();
      for (const page of pages) if (page.isFrozen()) page.go();
    },
    disagreement,
    dispose() {
      life.abort();
      for (const engine of engines) engine.dispose();
      for (const page of pages) page.end();
    },
    async verifyEnd() {
      await checker.verifyWholeDisk(auditor);
      for (const collection of COLLECTIONS) {
        const page = await auditor.collection(collection);
        const kept = tellDocuments(new Map(page.documents.map((document) => [document.id, document])));
        if (kept !== serverDocuments(collection)) checker.report('R10', 'disk', `holds other ${collection}: ${kept} instead of ${serverDocuments(collection)}`);
      }
    },
  };
}

function times(count: number, task: () => void): void {
  for (let left = count; left > 0; left--) task();
}
