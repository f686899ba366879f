// Comlink over the bus, addressed: an endpoint reads only what names it and answers only whom it talks to. On a bare shared channel
// one page's release would end the service for all pages, and two engines would both carry out a call.
import { transferHandlers, type Endpoint, type TransferHandler } from 'comlink';
import { fromWire } from '../core/from-wire.ts';
import { toWire, type WireError } from '../core/wire-error.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { RpcEnvelope } from '../protocol/frame.ts';
import type { Bus } from './ports.ts';

export interface BusEndpoint {
  readonly endpoint: Endpoint;
  /** Hands in an envelope that the bus brought; ignored unless it is for this pair. */
  deliver(envelope: RpcEnvelope): void;
}

type Listener = (event: MessageEvent) => void;

/** One end of a conversation between `me` and `peer`. */
export function createBusEndpoint(bus: Bus, { me, peer }: { readonly me: string; readonly peer: string }): BusEndpoint {
  const listeners = new Set<Listener>();
  const asListener = (handler: EventListenerOrEventListenerObject): Listener =>
    typeof handler === 'function' ? handler : (event) => handler.handleEvent(event);
  const wrapped = new Map<EventListenerOrEventListenerObject, Listener>();
  return {
    endpoint: {
      postMessage: (message) => bus.post({ v: PROTOCOL_VERSION, k: 'rpc', to: peer, from: me, message } satisfies RpcEnvelope),
      addEventListener(_type, handler) {
        const listener = asListener(handler);
        wrapped.set(handler, listener);
        listeners.add(listener);
      },
      removeEventListener(_type, handler) {
        const listener = wrapped.get(handler);
        wrapped.delete(handler);
        if (listener) listeners.delete(listener);
      },
    },
    deliver(envelope) {
      if (envelope.to !== me || envelope.from !== peer) return;
      const event = new MessageEvent('message', { data: envelope.message });
      [...listeners].forEach((listener) => listener(event));
    },
  };
}

interface Thrown {
  readonly value: unknown;
}

let isInstalled = false;

/** Comlink's own codec keeps an error's text only; ours keeps code and details. Called in each thread before any wrap or expose; again is harmless. */
export function installErrorCodec(): void {
  if (isInstalled) return;
  isInstalled = true;
  const builtIn = transferHandlers.get('throw');
  if (!builtIn) throw new TypeError('This version of Comlink has no throw handler to replace');
  const codec: TransferHandler<Thrown, WireError> = {
    canHandle: (value): value is Thrown => builtIn.canHandle(value),
    serialize: ({ value }) => [toWire(value), []],
    deserialize(wire) {
      throw fromWire(wire);
    },
  };
  transferHandlers.set('throw', codec);
}
