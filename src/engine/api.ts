// The engine's answers to pages: Comlink over addressed bus endpoints, one a caller, bounded.
import { expose } from 'comlink';
import { createBusEndpoint, installErrorCodec, type BusEndpoint } from '../platform/bus-endpoint.ts';
import type { RpcEnvelope } from '../protocol/frame.ts';
import type { EngineApi } from '../protocol/rpc.ts';
import type { Bus } from '../platform/ports.ts';

/** Callers kept; the one that spoke longest ago is forgotten first (its next call makes a new endpoint). */
const MOST_CALLERS = 64;

/** Serves `api` to whoever addresses `engine`. Envelopes for others are not touched. */
export function serveApi(bus: Bus, engine: string, api: EngineApi): (envelope: RpcEnvelope) => void {
  installErrorCodec();
  const callers = new Map<string, BusEndpoint>();

  function callerOf(from: string): BusEndpoint {
    const known = callers.get(from);
    if (known) {
      callers.delete(from);
      callers.set(from, known);
      return known;
    }
    const made = createBusEndpoint(bus, { me: engine, peer: from });
    expose(api, made.endpoint);
    callers.set(from, made);
    const [oldest] = callers.keys();
    if (callers.size > MOST_CALLERS && oldest !== undefined) callers.delete(oldest);
    return made;
  }

  return (envelope) => {
    if (envelope.to === engine) callerOf(envelope.from).deliver(envelope);
  };
}
