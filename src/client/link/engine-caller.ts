// One page's conversation with one engine: Comlink over an addressed endpoint. Loaded with the first call.
import { releaseProxy, wrap, type Remote } from 'comlink';
import { createBusEndpoint, installErrorCodec } from '../../platform/bus-endpoint.ts';
import type { RpcEnvelope } from '../../protocol/frame.ts';
import type { EngineApi } from '../../protocol/rpc.ts';
import type { Bus } from '../../platform/ports.ts';

export interface EngineCaller {
  readonly remote: Remote<EngineApi>;
  deliver(envelope: RpcEnvelope): void;
}

/** `me` is fresh for each engine, so that answers of an older conversation find nobody. Ends with `life`. */
export function createEngineCaller(bus: Bus, { me, peer }: { readonly me: string; readonly peer: string }, life: AbortSignal): EngineCaller {
  installErrorCodec();
  const { endpoint, deliver } = createBusEndpoint(bus, { me, peer });
  const remote = wrap<EngineApi>(endpoint);
  life.addEventListener('abort', () => remote[releaseProxy](), { once: true });
  return { remote, deliver };
}
