// Who is connected by the Pusher protocol and listens to which channel. It carries wake-ups and what is triggered with the application's secret; the
// documents themselves go over the event stream alone, which has an order and a replay. Leave to listen lasts as long as what it was given for.
import { randomInt } from 'node:crypto';
import { isObject } from '../../src/protocol/json.ts';
import type { Credential, Standing } from '../auth/standing.ts';
import { PUSHER_LIMITS, WAKE_EVENT, type PusherApp } from './options.ts';
import { channelAuth, isSame } from './signature.ts';
import { createSocketGate, type SocketCaps } from './socket-gate.ts';
import { watchActivity } from './watch-activity.ts';
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
  /** Sockets, and their wishes to listen, that a bound refused since the start. */
  readonly refused: number;
  /** A connection that has shaken hands, from `network`; `socketOf` gives its writing half once there is one. */
  open(network: string, socketOf: () => TextSocket | null): TextListener & { greet(): void };
  /** This socket may listen to this channel as long as `holder` may. False where there is no such socket. */
  grant(socketId: string, channel: string, holder: Credential): boolean;
  send(event: PusherEvent): void;
  /** Something of this tenant was committed. */
  wake(tenant: string): void;
  /** Closes the sockets that listen with such a credential: their clients come back and ask for leave again. */
  closeOf(isIts: (holder: Credential) => boolean): void;
  closeAll(): void;
}

export interface PusherDeskDeps {
  readonly app: PusherApp;
  readonly standing: (holder: Credential) => Standing;
  readonly limits?: SocketCaps & { readonly watchMs: number };
}

interface Member {
  readonly id: string;
  readonly channels: Set<string>;
  /** Leave to listen, by channel: a signature alone is good for ever. */
  readonly grants: Map<string, Credential>;
  readonly socketOf: () => TextSocket | null;
}

/** "Come back at once": what a client does when a server is replaced, and with what it may hear now. */
const COME_BACK = 4_200;

export function createPusherDesk({ app, standing, limits = PUSHER_LIMITS }: PusherDeskDeps): PusherDesk {
  const members = new Map<string, Member>();
  const gate = createSocketGate(limits);
  const waking = new Map<string, ReturnType<typeof setTimeout>>();

  const say = (member: Member, event: string, data: unknown, channel?: string) =>
    member.socketOf()?.send(JSON.stringify({ event, data: JSON.stringify(data), ...(channel === undefined ? {} : { channel }) }));

  function send({ name, data, channel, exceptSocket }: PusherEvent): void {
    const text = JSON.stringify({ event: name, channel, data });
    for (const member of members.values()) if (member.channels.has(channel) && member.id !== exceptSocket) member.socketOf()?.send(text);
  }

  function subscribe(member: Member, { channel, auth }: Record<string, unknown>): void {
    const holder = typeof channel === 'string' ? member.grants.get(channel) : undefined;
    if (typeof channel !== 'string' || typeof auth !== 'string' || !holder || !isSame(auth, channelAuth(app, member.id, channel))) {
      const named = typeof channel === 'string' ? channel : '';
      return say(member, 'pusher:subscription_error', { type: 'AuthError', error: 'The channel is not allowed', status: 403 }, named);
    }
    if (member.channels.size >= PUSHER_LIMITS.channels) return say(member, 'pusher:error', { code: 4_301, message: 'Too many channels' });
    if (!gate.listen(member.id, holder.tenant))
      return say(member, 'pusher:subscription_error', { type: 'LimitReached', error: 'Too many sockets of this tenant', status: 503 }, channel);
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

  /** Tokens expire and sessions end without anybody saying so. */
  function checkLeave({ grants, socketOf }: Member): void {
    const holders = new Map([...grants.values()].map((holder) => [JSON.stringify(holder), holder]));
    if (![...holders.values()].every(mayListen)) socketOf()?.close(COME_BACK);
  }

  /** Asked by a timer, above which nobody catches: where it can't be told, the client has to ask anew. */
  function mayListen(holder: Credential): boolean {
    try {
      return standing(holder) === 'same';
    } catch {
      return false;
    }
  }

  return {
    app,
    get sockets() {
      return members.size;
    },
    get refused() {
      return gate.refused;
    },
    open(network, socketOf) {
      const member: Member = { id: `${randomInt(1, 2 ** 31)}.${randomInt(1, 2 ** 31)}`, channels: new Set(), grants: new Map(), socketOf };
      const isAdmitted = gate.enter(member.id, network);
      if (isAdmitted) members.set(member.id, member);
      const activity = watchActivity(socketOf);
      const leave = setInterval(() => checkLeave(member), limits.watchMs).unref();
      return {
        greet() {
          if (isAdmitted) return say(member, 'pusher:connection_established', { socket_id: member.id, activity_timeout: PUSHER_LIMITS.activityMs / 1_000 });
          say(member, 'pusher:error', { code: 4_100, message: 'Over capacity' });
          socketOf()?.close(4_100);
        },
        text: (text) => hear(member, text),
        alive: activity.alive,
        closed() {
          activity.end();
          clearInterval(leave);
          members.delete(member.id);
          gate.leave(member.id);
        },
      };
    },
    grant(socketId, channel, holder) {
      const member = members.get(socketId);
      if (!member) return false;
      const { grants, channels } = member;
      grants.delete(channel);
      grants.set(channel, holder);
      const [oldest] = grants.keys();
      if (grants.size <= 2 * PUSHER_LIMITS.channels || oldest === undefined) return true;
      // Nothing is heard without leave that is asked after.
      grants.delete(oldest);
      channels.delete(oldest);
      return true;
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
    closeOf(isIts) {
      for (const { grants, socketOf } of members.values()) if ([...grants.values()].some(isIts)) socketOf()?.close(COME_BACK);
    },
    closeAll() {
      for (const timer of waking.values()) clearTimeout(timer);
      for (const member of members.values()) member.socketOf()?.close(COME_BACK);
    },
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
