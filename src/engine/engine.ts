// The engine: one connection, one writer, for one scope. This file is composition only: which parts there are, what joins them, and when they end.
//
//   alive lock -> conn lock -> open store -> take term -> [ingest <- connection <- stream]  -> frames on the bus
//                                                          sweep     leases <- pages
import { decodeBusMessage, type Beat, type BusMessage, type RpcEnvelope } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { aborted, holdForLife } from '../platform/locks.ts';
import type { Bus } from '../platform/ports.ts';
import { scopeNames } from '../scope/scope.ts';
import type { Engine, EngineDeps, EngineEnd } from './contract.ts';
import { createLeadership, NO_STANDING, type Leadership } from './leadership.ts';
import { isNewerBuild } from './handover.ts';
import { createLeases } from './leases.ts';
import { holdReign } from './reign.ts';

/** Starts an engine: it waits for the reign of its scope, leads until `signal` aborts or somebody newer leads, and then is over. */
export function createEngine(deps: EngineDeps, signal: AbortSignal): Engine {
  const { platform, scope, policy } = deps;
  const { clock, locks, log } = platform;
  const names = scopeNames(scope);
  const id = platform.random.id();
  const life = new AbortController();
  const bus: Bus = platform.openBus(names.bus, life.signal);
  let end: EngineEnd = 'asked';
  let reign: Leadership | null = null;

  function retire(why: EngineEnd): void {
    if (life.signal.aborted) return;
    end = why;
    reign?.sayBye();
    log.info('engine retires', { why });
    life.abort();
  }

  signal.addEventListener('abort', () => retire('asked'), { once: true });
  const leases = createLeases({ locks, names, clock, policy }, () => reign?.leasesChanged(), life.signal);
  let answering: Promise<(envelope: RpcEnvelope) => void> | null = null;

  /** Pages rarely call: the code that answers is loaded with the first call, whose deadline covers that too. */
  function answer(envelope: RpcEnvelope): void {
    if (envelope.to !== id) return;
    answering ??= import('./api.ts').then(({ serveApi }) => serveApi(bus, id, { leadership: () => reign, beat }));
    answering
      .then((deliver) => deliver(envelope))
      .catch((error: unknown) => {
        // The caller's deadline tells it; the next call loads the code again.
        answering = null;
        log.error('A call could not be answered', { error: String(error) });
      });
  }

  function hear(message: BusMessage): void {
    switch (message.k) {
      case 'ask':
        return reign ? bus.post(beat()) : undefined;
      case 'lease':
        return leases.note(message);
      case 'wake':
      case 'outbox':
        return reign?.stir(message);
      case 'rpc':
        return answer(message);
      case 'closed':
        return retire('logged-out');
      case 'handover':
        return handOver(message.build);
      case 'beat':
        askOlder(message);
        return yieldTo(message);
      case 'frame':
        return yieldTo(message);
      default:
        return;
    }
  }

  /** A newer build waits: what is under way is settled, then the lock is free. One that only waits here would lead in the newer one's stead. */
  function handOver(build: string): void {
    if (isNewerBuild(build, deps.build)) retire('handed-over');
  }

  /** An engine of an older build leads while this one waits. Said at each of its beats: the first may be lost. */
  function askOlder({ build, phase }: Beat): void {
    if (reign === null && phase !== 'retired' && isNewerBuild(deps.build, build)) bus.post({ v: PROTOCOL_VERSION, k: 'handover', build: deps.build });
  }

  /** Somebody with a newer term speaks: whatever this engine still holds is void, its commits would be refused. */
  function yieldTo({ engine, term }: { readonly engine: string; readonly term: number }): void {
    if (engine !== id && reign?.heard(term)) retire('fenced');
  }

  bus.listen((raw) => {
    const message = decodeBusMessage(raw);
    if (message.k !== 'unread') hear(message);
  }, life.signal);

  function beat(): Beat {
    const standing = reign?.standing() ?? NO_STANDING;
    return { v: PROTOCOL_VERSION, k: 'beat', engine: id, host: deps.host, build: deps.build, ...standing };
  }

  async function run(): Promise<EngineEnd> {
    try {
      await holdForLife(locks, names.alive(id), life.signal);
      await holdReign({ locks, names, way: deps.way, stolen: () => retire('fenced') }, life.signal, async () => {
        reign = createLeadership({ ...deps, id, bus, leases, beat, retire }, life.signal);
        await Promise.race([reign.lead(), aborted(life.signal)]);
        await reign.finish();
      });
    } catch (error) {
      if (!life.signal.aborted) log.error('engine failed', { error: String(error) });
    }
    retire('asked');
    return end;
  }

  return { id, isEnding: () => life.signal.aborted, over: run() };
}
