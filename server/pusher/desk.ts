// Who is connected by the Pusher protocol and listens to which channel. It carries wake-ups and what is triggered with the application's secret; the
// documents themselves go over the event stream alone, which has an order and a replay.
import { randomInt } from 'node:crypto';
import { isObject } from '../../src/protocol/json.ts';
import { parsePusherChannel, PUSHER_LIMITS, WAKE_EVENT, type PusherApp } from './options.ts';
import { channelAuth, isSame } from './signature.ts';
import type { TextListener, TextSocket } from './web-socket.ts';

export interface PusherEvent {
  readonly name: string;
  /** Text, as the protocol carries it. */
  readonly data: string;
  readonly channel: string;
  /** This socket isn't told: it knows. */
  readonly exceptSocket: string | null;
}

export interface PusherDesk {
  readonly app: PusherApp;
  readonly sockets: number;
  /** A connection that has shaken hands; `socketOf` gives its writing half once there is one. */
  open(socketOf: () => TextSocket | null): TextListener & { greet(): void };
  send(event: PusherEvent): void;
  /** Something of this tenant was committed. */
  wake(tenant: string): void;
  closeAll(): void;
}

interface Member {
  readonly id: string;
  readonly channels: Set<string>;
  readonly socketOf: () => TextSocket | null;
}

export function createPusherDesk(app: PusherApp): PusherDesk {
  const members = new Set<Member>();
  const waking = new Map<string, ReturnType<typeof setTimeout>>();

  const say = (member: Member, event: string, data: unknown, channel?: string) =>
    member.socketOf()?.send(JSON.stringify({ event, data: JSON.stringify(data), ...(channel === undefined ? {} : { channel }) }));

  function send({ name, data, channel, exceptSocket }: PusherEvent): void {
    const text = JSON.stringify({ event: name, channel, data });
    for (const member of members) if (member.channels.has(channel) && member.id !== exceptSocket) member.socketOf()?.send(text);
  }

  function subscribe(member: Member, { channel, auth }: Record<string, unknown>): void {
    const isGood =
      typeof channel === 'string' && parsePusherChannel(channel) !== null && typeof auth === 'string' && isSame(auth, channelAuth(app, member.id, channel));
    const named = typeof channel === 'string' ? channel : '';
    if (!isGood) return say(member, 'pusher:subscription_error', { type: 'AuthError', error: 'The channel is not allowed', status: 403 }, named);
    if (member.channels.size >= PUSHER_LIMITS.channels) return say(member, 'pusher:error', { code: 4_301, message: 'Too many channels' });
    member.channels.add(channel);
    member.socketOf()?.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }));
  }

  function hear(member: Member, text: string): void {
    const message = parse(text);
    const data = isObject(message?.['data']) ? message['data'] : {};
    if (message?.['event'] === 'pusher:ping') member.socketOf()?.send(JSON.stringify({ event: 'pusher:pong', data: {} }));
    else if (message?.['event'] === 'pusher:subscribe') subscribe(member, data);
    else if (message?.['event'] === 'pusher:unsubscribe' && typeof data['channel'] === 'string') member.channels.delete(data['channel']);
  }

  return {
    app,
    get sockets() {
      return members.size;
    },
    open(socketOf) {
      const member: Member = { id: `${randomInt(1, 2 ** 31)}.${randomInt(1, 2 ** 31)}`, channels: new Set(), socketOf };
      const isFull = members.size >= PUSHER_LIMITS.sockets;
      if (!isFull) members.add(member);
      const watch = watchActivity(socketOf);
      return {
        greet() {
          if (!isFull) return say(member, 'pusher:connection_established', { socket_id: member.id, activity_timeout: PUSHER_LIMITS.activityMs / 1_000 });
          say(member, 'pusher:error', { code: 4_100, message: 'Over capacity' });
          socketOf()?.close(4_100);
        },
        text: (text) => hear(member, text),
        alive: watch.alive,
        closed() {
          watch.end();
          members.delete(member);
        },
      };
    },
    send,
    wake(tenant) {
      if (members.size === 0 || waking.has(tenant)) return;
      const timer = setTimeout(() => {
        waking.delete(tenant);
        send({ name: WAKE_EVENT, data: '{}', channel: `private-${tenant}`, exceptSocket: null });
      }, PUSHER_LIMITS.wakeMs);
      waking.set(tenant, timer.unref());
    },
    closeAll() {
      for (const timer of waking.values()) clearTimeout(timer);
      // "Closed by the server, come back at once": what a client does when a server is replaced.
      for (const member of members) member.socketOf()?.close(4_200);
    },
  };
}

/** A half-open connection never says that it closed. */
function watchActivity(socketOf: () => TextSocket | null): { alive(): void; end(): void } {
  let timer = setTimeout(ask, PUSHER_LIMITS.activityMs).unref();
  function ask(): void {
    socketOf()?.ping();
    timer = setTimeout(() => socketOf()?.close(4_201), PUSHER_LIMITS.pongMs).unref();
  }
  return {
    alive() {
      clearTimeout(timer);
      timer = setTimeout(ask, PUSHER_LIMITS.activityMs).unref();
    },
    end: () => clearTimeout(timer),
  };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
