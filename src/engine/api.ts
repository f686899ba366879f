// The engine's answers to pages: Comlink over addressed bus endpoints, one a caller, bounded. Loaded with the first call.
import { expose } from 'comlink';
import { createBusEndpoint, installErrorCodec, type BusEndpoint } from '../platform/bus-endpoint.ts';
import type { RpcEnvelope } from '../protocol/frame.ts';
import type { EngineApi } from '../protocol/rpc.ts';
import type { Bus } from '../platform/ports.ts';
import type { Store } from '../store/contract.ts';
import { readFor } from './read-for.ts';

/** What an engine does for the pages that call it. */
export interface EngineCalls extends Omit<EngineApi, 'read'> {
  /** Null while it leads nothing. */
  store(): Store | null;
}

/** Callers kept; the one that spoke longest ago is forgotten first (its next call makes a new endpoint). */
const MOST_CALLERS = 64;

/** Answers whoever addresses `engine`. Envelopes for others are not touched. */
export function serveApi(bus: Bus, engine: string, { store, ...calls }: EngineCalls): (envelope: RpcEnvelope) => void {
  installErrorCodec();
  const api: EngineApi = { ...calls, read: (method, argument) => readFor(store(), method, argument) };
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
