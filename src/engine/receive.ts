// What a message of a stream or poll means: hellos and resyncs are the connection's, everything with a place in the log is ingest's, if it comes by
// the one admitted attempt. It must never hand on what another attempt brings.
import type { Hello, StreamMessage } from '../protocol/event.ts';
import type { JsonObject } from '../protocol/json.ts';
import { REFUSED_NOTICE } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { ConnectionInput, FailureCause } from '../core/connection-input.ts';
import { admittedAttempt, type Connection } from '../core/connection-model.ts';
import type { Log, Random } from '../platform/ports.ts';
import type { Identity } from '../transport/contract.ts';
import type { Counters } from './counters.ts';
import type { Ingest } from './ingest.ts';

export interface ReceiverDeps {
  readonly ingest: Ingest;
  readonly identity: Identity;
  readonly counters: Counters;
  readonly log: Log;
  readonly random: Random;
  readonly state: () => Connection;
  readonly failure: (attempt: number, cause: FailureCause) => ConnectionInput;
}

export interface ReceiverListener {
  input(input: ConnectionInput): void;
  /** The hello of this attempt is here, whatever it says. */
  greeted(attempt: number, hello: Hello): void;
  transient(eventType: string, data: JsonObject): void;
  changed(): void;
}

/** A promise = read no more until it resolves. */
export type Receiver = (attempt: number, message: StreamMessage) => void | Promise<void>;

export function createReceiver({ ingest, identity, counters, log, random, state, failure }: ReceiverDeps, listener: ReceiverListener): Receiver {
  let hasMetBare = false;

  function receive(attempt: number, message: StreamMessage): void | Promise<void> {
    const isAdmitted = admittedAttempt(state()) === attempt;
    switch (message.kind) {
      case 'hello':
        return greet(attempt, message.hello);
      case 'bare-hello':
        return meetBare(attempt);
      case 'resync':
        return isAdmitted || attempt === state().memory.attempt ? listener.input({ type: 'resync', reason: message.reason }) : undefined;
      default:
        return isAdmitted ? admit(attempt, message) : counters.add('notAdmitted');
    }
  }

  /** This server knows none of the cursors that are stored here: what it has instead of a snapshot is found out, once. */
  function meetBare(attempt: number): void {
    const isKnown = hasMetBare;
    hasMetBare = true;
    listener.input(isKnown ? failure(attempt, 'wrong-answer') : { type: 'resync', reason: 'unknown' });
  }

  function admit(attempt: number, message: Exclude<StreamMessage, { kind: 'hello' | 'bare-hello' | 'resync' }>): void | Promise<void> {
    switch (message.kind) {
      case 'event':
        return ingest.arrive({ kind: 'event', id: message.event.id, prev: message.event.prev, event: message.event });
      case 'checkpoint':
        return ingest.arrive({ kind: 'checkpoint', ...message.checkpoint });
      case 'refused':
        return refuse(message);
      case 'heartbeat':
        return ingest.heartbeat(message.heartbeat.cursor, Date.parse(message.heartbeat.serverTime));
      case 'rotate':
        return listener.input({ type: 'rotate', attempt, afterMs: random.number() * message.rotate.reconnectWithinMs });
      case 'transient':
        return listener.transient(message.eventType, message.data);
    }
  }

  /** Counted and visible, never fatal: its cursor, where it has one, moves on like an event's. */
  function refuse(message: Extract<StreamMessage, { kind: 'refused' }>): void | Promise<void> {
    log.info('An event was refused', { reason: message.reason, id: message.id });
    counters.add('refusedEvents');
    counters.add(`refused:${message.reason}`);
    // Pages report it in their traces: a checker must not take it for a loss.
    listener.transient(REFUSED_NOTICE, { id: message.id, reason: message.reason });
    listener.changed();
    return message.id === null ? undefined : ingest.arrive({ kind: 'refused', id: message.id, prev: message.prev });
  }

  function greet(attempt: number, hello: Hello): void {
    listener.greeted(attempt, hello);
    if (hello.protocol !== PROTOCOL_VERSION) return listener.input(failure(attempt, 'wrong-answer'));
    if (hello.tenant !== identity.tenant || hello.user !== identity.user) return listener.input({ type: 'unauthorized', attempt, reason: 'identity' });
    listener.input({ type: 'greeted', attempt, heartbeatMs: hello.heartbeatMs, spreadMs: hello.spreadMs });
  }

  return receive;
}
