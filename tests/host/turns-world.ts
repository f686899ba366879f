// One device without locks and without SharedWorker: real hosts that take turns, each with the real engine over one database, and the real watch of silence.
// Pages come, go, crash, freeze and hide; the history checker judges what is committed and what pages are told.
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { decodeBusMessage, type BusMessage } from '../../src/protocol/frame.ts';
import { actOnSilence } from '../../src/client/link/silence-act.ts';
import { createSilenceWatch } from '../../src/client/link/silence-watch.ts';
import { createEngine } from '../../src/engine/engine.ts';
import '../../src/engine/later.ts';
import '../../src/engine/fallback.ts';
import { createTurnsHost } from '../../src/host/turns-host.ts';
import type { Visibility } from '../../src/platform/ports.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import type { Store } from '../../src/store/contract.ts';
import { SILENT_LOG, slowWriter, type ModelBus } from '../model/model-context.ts';
import { createModelPage, type ModelPage } from '../model/model-page.ts';
import { MODEL_POLICY } from '../model/model-policy.ts';
import { createOneDevice, SCOPE, WISHES } from '../model/one-device.ts';
import { COLLECTIONS } from '../model/world.ts';

const POLICY = { ...MODEL_POLICY, stealMs: 2_000, retention: { ...MODEL_POLICY.retention, maxEvents: 10_000 } };
const names = scopeNames(SCOPE);

type Sight = Parameters<Parameters<Visibility['onChange']>[0]>[0];

export interface TurnsPage {
  readonly shown: ModelPage;
  isGone(): boolean;
  /** Engines of this page that run. */
  engines(): number;
  /** Engines that it ever began. */
  begun(): number;
  /** Its engine ends by itself. */
  lose(): void;
  hide(): void;
  show(): void;
  /** With or without the event by which a page hears of it: a stopped process hears none. */
  freeze(isTold: boolean): void;
  thaw(): void;
  close(): void;
  crash(): void;
}

export function createTurnsWorld(seed: number) {
  const { random, timeline, wallNow, tenant, network, checker, database, weather, bus } = createOneDevice(seed, POLICY);
  const pages: TurnsPage[] = [];
  let members = 0;
  let mostStreams = 0;

  function startPage(build = '1'): TurnsPage {
    const name = `page${pages.length + 1}`;
    const clock = timeline.clock();
    const life = new AbortController();
    const own = random.fork();
    const watchers: ((event: Sight) => void)[] = [];
    let isSeen = true;
    let isGone = false;
    let isFrozen = false;
    let running = 0;
    let begun = 0;
    let leader: string | null = null;
    let lose = (): void => {};
    const visibility: Visibility = { isVisible: () => isSeen, onChange: (watcher) => void watchers.push(watcher) };

    function openBus(_name: string, until: AbortSignal) {
      const member = `${name}/${++members}`;
      const listeners = new Set<(message: unknown) => void>();
      const leave = bus.join(member, { clock, isLosing: () => until.aborted, hear: (message) => listeners.forEach((listener) => listener(message)) });
      until.addEventListener('abort', leave, { once: true });
      return {
        post: (message: unknown) => void (until.aborted || bus.post(member, message)),
        listen(listener: (message: unknown) => void, signal: AbortSignal) {
          listeners.add(listener);
          signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
        },
      };
    }

    function openStore(until: AbortSignal): Promise<Store> {
      const store = database.open(until);
      return Promise.resolve({ ...store, isDurable: true, writer: slowWriter(store.writer, { clock, random: own.fork(), weather }, checker) });
    }

    const platform = { clock, random: own, locks: null, net: { fetch: () => new Promise<never>(() => {}) }, log: SILENT_LOG, openBus };
    const air = openBus(names.bus, life.signal);
    const host = createTurnsHost(
      {
        ...{ names, clock, random: own, locks: null, visibility, build, retireMs: 1_000, pingMs: 300, post: air.post, failed: () => {} },
        init: { scope: SCOPE, device: 'd1', isDurable: true, auth: 'cookie', policy: {} },
        spawn(_init, listener) {
          const end = new AbortController();
          lose = () => end.abort();
          const wire = network.connect(clock);
          running += 1;
          begun += 1;
          const deps = { platform, scope: SCOPE, policy: POLICY, device: 'd1', host: 'inline', build, way: 'held', isStreamless: true } as const;
          const engine = createEngine({ ...deps, stream: wire.stream, rest: wire.rest, openStore }, AbortSignal.any([end.signal, life.signal]));
          void engine.over.then((why) => ((running -= 1), listener.over(why)));
          return { retire: () => end.abort(), terminate: () => end.abort() };
        },
      },
      life.signal,
    );
    const silence = createSilenceWatch(
      {
        ...{ clock, policy: POLICY, visibility, ask: () => {}, prepare: () => {} },
        async act(found) {
          const deps = { platform, bus: air, names, policy: POLICY, page: name, leader: () => leader, host, claimed: silenceClaimed };
          await actOnSilence(deps, found, life.signal);
        },
      },
      life.signal,
    );
    function silenceClaimed(): void {
      silence.claimed();
    }

    function hear(message: BusMessage): void {
      host.hear(message);
      if (message.k === 'claim') silence.claimed();
      if (message.k === 'frame' || (message.k === 'beat' && message.phase !== 'retired')) silence.heard();
      if (message.k !== 'beat') return;
      if (message.phase === 'retired' && message.engine === leader) host.start();
      else if (message.engine !== leader) lease();
      leader = message.phase === 'retired' ? leader : message.engine;
    }

    function lease(): void {
      air.post({ v: PROTOCOL_VERSION, k: 'lease', page: name, wants: WISHES, isVisible: isSeen, position: null });
    }

    function leaseOn(): void {
      lease();
      clock.after(5_000, leaseOn);
    }

    air.listen((raw) => {
      const message = decodeBusMessage(raw);
      if (message.k !== 'unread' && !isFrozen) hear(message);
    }, life.signal);
    const hearing: ModelBus = {
      ...bus,
      join: (member, { hear: tell, ...rest }) => bus.join(member, { ...rest, hear: (message) => void (isForReaders(message) && tell(message)) }),
    };
    const shown = createModelPage({
      ...{ name, clock, random: own.fork(), database, weather, bus: hearing, checker, variant: {}, collections: COLLECTIONS },
      trace: () => {},
    });
    const say = (event: Sight): void => watchers.forEach((watcher) => watcher(event));
    const die = (): void => {
      isGone = true;
      shown.end();
      // What was not on its way by now is never said.
      clock.stop();
    };
    const page: TurnsPage = {
      shown,
      isGone: () => isGone,
      engines: () => running,
      begun: () => begun,
      lose: () => lose(),
      hide: () => void (isSeen = false),
      show() {
        isSeen = true;
        lease();
        silence.awake();
      },
      freeze(isTold) {
        if (isTold) say('frozen');
        isFrozen = isTold;
        shown.stop('frozen');
      },
      thaw() {
        shown.go();
        isFrozen = false;
        say('resumed');
        shown.wake();
      },
      close() {
        say('leaving');
        die();
      },
      crash: die,
    };
    pages.push(page);
    host.start();
    leaseOn();
    silence.begin();
    return page;
  }

  async function advance(ms: number): Promise<void> {
    const until = timeline.now() + ms;
    await turn();
    while (checker.violations.length === 0 && timeline.step(until)) {
      mostStreams = Math.max(mostStreams, network.openStreams());
      await turn();
    }
    await turn();
  }

  function write(): void {
    tenant.append({ collection: random.pick(COLLECTIONS), id: `d${random.int(6)}`, kind: random.chance(0.3) ? 'doc' : 'patch', now: wallNow() });
  }

  return { ...{ checker, tenant, network, database, random, weather, pages, startPage, advance, write }, mostStreams: () => mostStreams };
}

const isForReaders = (message: unknown): boolean => ['frame', 'beat'].includes((message as BusMessage).k);

/** Code that is loaded late comes over several turns, also when it is loaded already. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => void setImmediate(resolve));
}

export type TurnsWorld = ReturnType<typeof createTurnsWorld>;
