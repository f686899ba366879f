// A start that goes well, apart from the machine: somebody wants to be connected, a stream opens, it greets. An engine begins with these rows, and loads
// core/connection for everything else, whose table takes the same moves. Pure. It must never answer what the whole table would answer otherwise.
import type { ConnectionInput, ConnectionWishes } from './connection-input.ts';
import { mayStream, type Connection, type ConnectionReason, type ConnectionStep, type Greeting, type In, type Memory, type Of } from './connection-model.ts';
import type { Policy } from './policy.ts';

export const stay = (state: Connection): ConnectionStep => [state, []];
/** A tick that came too early asks for the next: the shell keeps one timer, for the earliest wish. */
export const remind = (state: Connection, at: number): ConnectionStep => [state, [{ do: 'wake-at', at }]];

/** The number of a new stream. */
export function numbered(memory: Memory): Memory {
  return { ...memory, attempt: memory.last + 1, last: memory.last + 1 };
}

/** A stream's headers and hello share one deadline twice as long as the hello's: a buffering proxy withholds both. */
export function greetDeadline({ since, isSent }: Greeting, policy: Policy): number {
  return since + policy.helloMs * 2 + (isSent ? 0 : policy.requestWindowMs);
}

export function openStream(before: Memory, reason: ConnectionReason, now: number, policy: Policy): ConnectionStep {
  const memory = numbered(before);
  const greeting = { since: now, isSent: false };
  return [
    { at: 'connecting', ...greeting, reason, memory },
    [
      { do: 'open', attempt: memory.attempt },
      { do: 'wake-at', at: greetDeadline(greeting, policy) },
    ],
  ];
}

export function sent(state: In<'connecting'>, _input: unknown, now: number, policy: Policy): ConnectionStep {
  const greeting = { since: now, isSent: true };
  return remind({ ...state, ...greeting }, greetDeadline(greeting, policy));
}

export function greeted(before: Memory, input: Of<'greeted'>, now: number): Connection {
  const memory: Memory = { ...before, heartbeatMs: input.heartbeatMs || before.heartbeatMs, isGreeted: true, spreadMs: input.spreadMs };
  return { at: 'connected', since: now, rotateAt: null, memory };
}

/** The very same memory where nothing changes: wishes are said again with every lease. What the server said outranks them. */
export function configured(memory: Memory, { autoReconnect, maxAttempts, firstDelayMs, heartbeatMs, pollMs, isWatched }: ConnectionWishes): Memory {
  const wanted = {
    autoReconnect,
    maxAttempts,
    firstDelayMs: memory.retryFieldMs ?? firstDelayMs,
    heartbeatMs: memory.isGreeted ? memory.heartbeatMs : heartbeatMs,
    pollWishMs: pollMs,
    isWatched,
  };
  const isSame = Object.entries(wanted).every(([name, value]) => memory[name as keyof Memory] === value);
  return isSame ? memory : { ...memory, ...wanted };
}

export function configure(state: Connection, input: Of<'configure'>): ConnectionStep {
  const memory = configured(state.memory, input);
  return memory === state.memory ? stay(state) : [{ ...state, memory }, []];
}

/** Null = the whole machine is needed. */
type Row<A extends Connection['at'], T extends ConnectionInput['type']> = (state: In<A>, input: Of<T>, now: number, policy: Policy) => ConnectionStep | null;
type Rows = { readonly [A in Connection['at']]?: { readonly [T in ConnectionInput['type']]?: Row<A, T> } };

const START: Rows = {
  disconnected: {
    hold: ({ reason, memory }, _input, now, policy) =>
      reason === 'start' && memory.hasCursor && mayStream(memory) && now >= memory.notBefore.events ? openStream(memory, 'start', now, policy) : null,
    configure,
    tick: stay,
    wake: stay,
  },
  connecting: {
    hold: stay,
    sent,
    greeted: ({ memory }, input, now) => [greeted(memory, input, now), []],
    configure,
    tick: (state, _input, now, policy) => (now < greetDeadline(state, policy) ? remind(state, greetDeadline(state, policy)) : null),
    wake: stay,
  },
  connected: { hold: stay, sent: stay, configure, tick: (state) => (state.rotateAt === null ? stay(state) : null), wake: stay },
};

/** The step of a start that goes well; null for every other, which is the whole machine's. */
export function stepStart(state: Connection, input: ConnectionInput, now: number, policy: Policy): ConnectionStep | null {
  const { attempt, last, breaker } = state.memory;
  const isFirst = last <= 1 && breaker.at === 'closed' && breaker.failures + breaker.trips === 0;
  if (!isFirst || ('attempt' in input && input.attempt !== attempt)) return null;
  const row = START[state.at]?.[input.type] as Row<Connection['at'], ConnectionInput['type']> | undefined;
  return row?.(state, input, now, policy) ?? null;
}
