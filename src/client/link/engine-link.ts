// A page's tie to the engine that leads: who it is (from its beats), whether it lives (its lock), and calls that always settle.
// A page never needs an engine to be correct, only to be fresh; so nothing here is waited for without a deadline.
import type { Remote } from 'comlink';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Beat, RpcEnvelope } from '../../protocol/frame.ts';
import type { EngineApi } from '../../protocol/rpc.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { Policy } from '../../core/policy.ts';
import type { Platform } from '../../platform/browser.ts';
import type { Bus } from '../../platform/ports.ts';
import type { ScopeNames } from '../../scope/scope.ts';
import type { EngineCaller } from './engine-caller.ts';

export interface EngineLinkListener {
  /** The leading engine said how it stands. */
  beat(beat: Beat): void;
  /** The engine is gone: its lock was released, or it said goodbye. Start a host again. */
  died(engine: string): void;
  /** Another engine leads than before: read the disk. */
  changed(engine: string): void;
}

export interface EngineLink {
  heard(beat: Beat): void;
  envelope(envelope: RpcEnvelope): void;
  /** Rejects with `host/gone` (no engine, or it died) or `net/timeout` (no answer within 3 s); never hangs. */
  call<T>(run: (engine: Remote<EngineApi>) => Promise<T>): Promise<T>;
  /** Asks whoever leads to say so. */
  ask(): void;
  leader(): string | null;
  /** False while what the leading engine holds is in its memory only. */
  isDurable(): boolean;
  /** Lets go of whoever leads: calls under way fail with `host/gone`, no lock is waited for. The next beat makes a new tie. */
  release(): void;
}

interface Tie {
  readonly engine: string;
  readonly term: number;
  readonly isDurable: boolean;
  readonly life: AbortController;
  /** The conversation, begun with the first call. */
  caller: Promise<EngineCaller> | null;
}

export function createEngineLink(
  {
    platform,
    bus,
    names,
    policy,
    page,
  }: { readonly platform: Platform; readonly bus: Bus; readonly names: ScopeNames; readonly policy: Policy; readonly page: string },
  listener: EngineLinkListener,
  signal: AbortSignal,
): EngineLink {
  let tie: Tie | null = null;

  function heard(beat: Beat): void {
    if (beat.phase === 'retired') return beat.engine === tie?.engine ? die(tie) : undefined;
    if (tie && beat.engine !== tie.engine && beat.term < tie.term) return;
    if (tie?.engine !== beat.engine) bind(beat);
    else tie = { ...tie, term: beat.term, isDurable: beat.durable };
    listener.beat(beat);
  }

  function bind(beat: Beat): void {
    const isFirst = tie === null;
    release();
    tie = { engine: beat.engine, term: beat.term, isDurable: beat.durable, life: new AbortController(), caller: null };
    watchLife(tie);
    if (!isFirst) listener.changed(beat.engine);
  }

  function callerOf(bound: Tie): Promise<EngineCaller> {
    bound.caller ??= import('./engine-caller.ts').then(({ createEngineCaller }) =>
      createEngineCaller(bus, { me: platform.random.id(), peer: bound.engine }, bound.life.signal),
    );
    return bound.caller;
  }

  function watchLife(watched: Tie): void {
    if (!platform.locks) return;
    platform.locks
      .request(names.alive(watched.engine), { mode: 'shared', signal: AbortSignal.any([watched.life.signal, signal]) }, async () => die(watched))
      .catch(() => {});
  }

  function die(gone: Tie): void {
    if (tie?.engine !== gone.engine) return;
    release();
    listener.died(gone.engine);
  }

  function release(): void {
    tie?.life.abort();
    tie = null;
  }

  signal.addEventListener('abort', release, { once: true });
  return {
    heard,
    envelope: (envelope) =>
      void tie?.caller?.then(
        (caller) => caller.deliver(envelope),
        () => {},
      ),
    async call(run) {
      const bound = tie;
      if (!bound) throw engineGone();
      const answer = callerOf(bound).then(({ remote }) => run(remote));
      return withDeadline(answer, bound.life.signal, { platform, policy });
    },
    ask: () => bus.post({ v: PROTOCOL_VERSION, k: 'ask', page }),
    leader: () => tie?.engine ?? null,
    isDurable: () => tie?.isDurable ?? true,
    release,
  };
}

/** A worker that dies answers nothing, and one that hangs neither: every call also listens for death and for the clock. */
function withDeadline<T>(call: Promise<T>, life: AbortSignal, { platform, policy }: { platform: Platform; policy: Policy }): Promise<T> {
  if (life.aborted) return Promise.reject(engineGone());
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = platform.clock.after(policy.rpcMs, () =>
    reject(new SyncError('net/timeout', 'The engine of this browser did not answer in time. It is looked after; try again.')),
  );
  const onDeath = (): void => reject(engineGone());
  life.addEventListener('abort', onDeath, { once: true });
  return Promise.race([call, promise]).finally(() => {
    cancel();
    life.removeEventListener('abort', onDeath);
  });
}

function engineGone(): SyncError {
  return new SyncError('host/gone', 'The engine of this browser is being started again. What is on this device is complete; try again in a moment.');
}
