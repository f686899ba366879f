// While polls carry the events, somebody else may know when there is something to ask for: listens to them, as long as polls are what there is.
import type { ConnectionInput } from '../core/connection-input.ts';
import type { Connection } from '../core/connection-model.ts';
import type { Random } from '../platform/ports.ts';
import type { Identity, StreamTransport } from '../transport/contract.ts';
import type { Counters } from './counters.ts';

export interface WakeUpDeps {
  readonly stream: Pick<StreamTransport, 'wakeUps'>;
  readonly identity: Identity;
  readonly random: Random;
  readonly counters: Counters;
  readonly afford: (until: AbortSignal) => Promise<void>;
  readonly input: (input: ConnectionInput) => void;
  readonly changed: () => void;
}

export interface WakeUps {
  /** The connection went on to this. */
  look(state: Connection): void;
  isListening(): boolean;
}

export function createWakeUps({ stream, identity, random, counters, afford, input, changed }: WakeUpDeps, life: AbortSignal): WakeUps {
  let polling: AbortController | null = null;
  let isListening = false;

  function listen({ signal }: AbortController): void {
    const listener = {
      nudge() {
        if (signal.aborted) return;
        counters.add('nudges');
        input({ type: 'nudge', random: random.number() });
      },
      listening(isNow: boolean) {
        if (signal.aborted) return;
        isListening = isNow;
        changed();
      },
    };
    // Code that can't be loaded: the next polls ask for it again.
    stream.wakeUps?.({ identity, random: random.number, afford: () => afford(signal) }, listener, signal).catch(() => {});
  }

  life.addEventListener('abort', () => polling?.abort());
  return {
    look(state) {
      const isWanted = state.at === 'polling_fallback' && state.poll.isProven;
      if (isWanted === (polling !== null) || life.aborted) return;
      polling?.abort();
      isListening = false;
      polling = isWanted ? new AbortController() : null;
      if (polling) listen(polling);
    },
    isListening: () => isListening,
  };
}
