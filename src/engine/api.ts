// The engine's answers to pages: Comlink over addressed bus endpoints, one a caller, bounded. Loaded with the first call.
import { expose } from 'comlink';
import { createBusEndpoint, installErrorCodec, type BusEndpoint } from '../platform/bus-endpoint.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Beat, RpcEnvelope } from '../protocol/frame.ts';
import type { EngineApi } from '../protocol/rpc.ts';
import type { Bus } from '../platform/ports.ts';
import { NOTE_PREFERENCES } from './connection-notes.ts';
import { findDamage } from './inspect.ts';
import type { Leadership } from './leadership.ts';
import { readFor } from './read-for.ts';
import type { Round } from './round.ts';

/** What an engine lends to whoever answers for it. */
export interface Answering {
  /** Null while it leads nothing. */
  leadership(): Pick<Leadership, 'round' | 'notes' | 'store'> | null;
  beat(): Beat;
}

/** Callers kept; the one that spoke longest ago is forgotten first (its next call makes a new endpoint). */
const MOST_CALLERS = 64;

/** Answers whoever addresses `engine`. Envelopes for others are not touched. */
export function serveApi(bus: Bus, engine: string, { leadership, beat }: Answering): (envelope: RpcEnvelope) => void {
  installErrorCodec();
  const round = (): Round | null => leadership()?.round() ?? null;
  const api: EngineApi = {
    health: beat,
    read: (method, argument) => readFor(leadership()?.store ?? null, method, argument),
    connect() {
      const at = round()?.connection.state().at;
      if (at === 'error' || at === 'needs_auth' || at === 'disconnected') round()?.connection.input({ type: 'ask' });
    },
    reconnect: () => round()?.connection.input({ type: 'ask' }),
    async prefer(preferences) {
      round()?.connection.input({ type: 'prefer', transport: preferences.transport });
      await leadership()?.notes.set(NOTE_PREFERENCES, preferences);
    },
    async inspect() {
      const inspected = round();
      if (!inspected) throw new SyncError('host/gone', 'The engine has no database open at the moment; ask again.');
      const error = await findDamage(inspected.opened.store.reader, inspected.ingest);
      if (error) inspected.damaged(error);
    },
  };
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
