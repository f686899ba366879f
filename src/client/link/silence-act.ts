// What a page does about an engine that is silent: it makes sure that it hears at all, that nobody else acts, and that nothing was heard
// meanwhile; then it says so and has its host start another engine, which takes the lead. Loaded ahead, used hardly ever.
import { decodeBusMessage, type BusMessage } from '../../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Policy } from '../../core/policy.ts';
import type { Platform } from '../../platform/browser.ts';
import type { Bus } from '../../platform/ports.ts';
import type { ScopeNames } from '../../scope/scope.ts';
import type { Silence } from './silence-watch.ts';

export interface ActDeps {
  readonly platform: Pick<Platform, 'clock' | 'locks' | 'random' | 'openBus'>;
  /** The page's own: what is posted on it is not heard here. */
  readonly bus: Bus;
  readonly names: ScopeNames;
  readonly policy: Policy;
  readonly page: string;
  /** The engine last heard; null where there was none. */
  readonly leader: () => string | null;
  readonly host: { nextGeneration(): number; replace(): void };
  /** The claim that this page makes: others hear it from the bus. */
  readonly claimed: (claim: BusMessage & { k: 'claim' }) => void;
}

// One chunk for all that is needed once in a long while.
export { watchHung } from './hung-watch.ts';

/** Why nothing was done, or that it was. */
export type ActEnd = 'deaf' | 'somebody-else' | 'heard' | 'claimed';

export async function actOnSilence(deps: ActDeps, silence: Silence, signal: AbortSignal): Promise<ActEnd> {
  const { locks } = deps.platform;
  if (!(await hearsItself(deps, signal))) return 'deaf';
  if (!locks) {
    // Without locks chance decides who comes first; the others hear the claim.
    await pause(deps, deps.policy.echoMs * deps.platform.random.number());
    return claim(deps, silence, signal);
  }
  return locks.request(deps.names.steal, { ifAvailable: true }, async (isMine) => (isMine ? claim(deps, silence, signal) : 'somebody-else'));
}

/** A page whose own bus is stuck would take everybody for silent. */
async function hearsItself(deps: ActDeps, signal: AbortSignal): Promise<boolean> {
  const { bus, platform, names, policy } = deps;
  const end = new AbortController();
  const until = AbortSignal.any([end.signal, signal]);
  const other = platform.openBus(names.bus, until);
  const echo = platform.random.id();
  // A question, so that an engine which lives after all answers it.
  const heard = waitFor(bus, until, (message) => message.k === 'ask' && message.page === echo);
  other.post({ v: PROTOCOL_VERSION, k: 'ask', page: echo });
  const answer = await Promise.race([heard.then(() => true), pause(deps, policy.echoMs).then(() => false)]);
  end.abort();
  return answer && !signal.aborted;
}

async function claim(deps: ActDeps, silence: Silence, signal: AbortSignal): Promise<ActEnd> {
  const { bus, host, policy, page } = deps;
  if (signal.aborted || !silence.isSilent() || !silence.mayClaim()) return 'heard';
  const message = { v: PROTOCOL_VERSION, k: 'claim', page, engine: deps.leader(), generation: host.nextGeneration() } as const;
  bus.post(message);
  deps.claimed(message);
  const end = new AbortController();
  const isOf = (said: BusMessage): boolean => (said.k === 'beat' || said.k === 'frame') && said.engine !== message.engine;
  const alive = waitFor(bus, AbortSignal.any([end.signal, signal]), isOf);
  host.replace();
  await Promise.race([alive, pause(deps, policy.stealHoldMs)]);
  end.abort();
  return 'claimed';
}

/** Resolves with the first message that `fits`; never after `signal`. */
function waitFor(bus: Bus, signal: AbortSignal, fits: (message: BusMessage) => boolean): Promise<void> {
  return new Promise((resolve) =>
    bus.listen((raw) => {
      const message = decodeBusMessage(raw);
      if (message.k !== 'unread' && fits(message)) resolve();
    }, signal),
  );
}

function pause({ platform }: ActDeps, ms: number): Promise<void> {
  return new Promise((resolve) => platform.clock.after(ms, resolve));
}
