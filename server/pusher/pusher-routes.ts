// The two requests of the Pusher protocol: a browser asks for leave to hear a private channel, and a back end triggers events with the secret.
import { canSee } from '../../src/domain/visibility.ts';
import { isObject } from '../../src/protocol/json.ts';
import { COLLECTION_OF } from '../../src/core/channel-names.ts';
import type { Credential } from '../auth/standing.ts';
import { type App, queryOf, readBody, type RequestContext } from '../http-context.ts';
import { HttpProblem } from '../problem.ts';
import { parseObject } from '../rest/validate.ts';
import type { PusherDesk, PusherEvent } from './desk.ts';
import { parsePusherChannel, PUSHER_LIMITS } from './options.ts';
import { channelAuth, refusalOf } from './signature.ts';

/** `POST /apps/:appId/events` and `/batch_events`; signed, so without a session. */
export function routePusherTrigger(app: App, { desk, now }: { readonly desk: PusherDesk | null; readonly now: () => number }): void {
  const trigger = (read: (body: Record<string, unknown>) => readonly PusherEvent[]) => async (context: RequestContext) => {
    if (!desk || context.req.param('appId') !== desk.app.appId) return context.notFound();
    const body = await readBody(context);
    const refusal = refusalOf(desk.app, { method: context.req.method, path: context.req.path, query: queryOf(context), body }, now());
    if (refusal !== null) throw new HttpProblem('auth/failed', `The signature is not good: ${refusal}.`);
    for (const event of read(parseObject(body))) desk.send(event);
    return context.json({}, 200, { 'Cache-Control': 'no-store' });
  };
  app.post('/apps/:appId/events', trigger(readEvent));
  app.post('/apps/:appId/batch_events', trigger(readBatch));
}

/** `GET /api/pusher/config`: with which application, and in which cluster (null: this server itself), to connect; 204 where there is none. Behind the session. */
export function routePusherConfig(app: App, { desk }: { readonly desk: PusherDesk | null }): void {
  const headers = { 'Cache-Control': 'no-store' };
  app.get('/api/pusher/config', (context) =>
    desk ? context.json({ key: desk.app.key, cluster: desk.app.cluster ?? null }, 200, headers) : context.body(null, 204, headers),
  );
}

/** `POST /api/pusher/auth`: `socket_id` and `channel_name` as a form, as the client sends them, or as JSON. Behind the session. */
export function routePusherAuth(app: App, { desk }: { readonly desk: PusherDesk | null }): void {
  app.post('/api/pusher/auth', async (context) => {
    if (!desk) return context.notFound();
    const { socketId, channel } = readAsk(await readBody(context));
    const { tenant, role } = context.var.session;
    const wanted = parsePusherChannel(channel);
    const collection = wanted?.channel ? COLLECTION_OF[wanted.channel.namespace] : null;
    if (wanted?.tenant !== tenant || (collection !== null && !canSee(role, collection))) {
      throw new HttpProblem('auth/forbidden', 'This channel is not for who is signed in.', {
        field: 'channel_name',
        expected: 'private-<tenant>, or private-<tenant>;<channel> of a namespace that the role sees',
      });
    }
    // A socket of Pusher's cloud is not known here.
    if (!desk.grant(socketId, channel, credentialOf(context)) && !desk.app.cluster) {
      throw new HttpProblem('auth/forbidden', 'The socket is not connected here.', { field: 'socket_id', expected: 'the id that this server gave a socket' });
    }
    return context.json({ auth: channelAuth(desk.app, socketId, channel) }, 200, { 'Cache-Control': 'no-store' });
  });
}

function credentialOf({ var: { session } }: RequestContext): Credential {
  const { tenant, user, role, sessionId, endsAt } = session;
  return { tenant, user, role, sessionId, endsAt };
}

function readAsk(body: string): { readonly socketId: string; readonly channel: string } {
  const asked = body.trimStart().startsWith('{') ? parseObject(body) : Object.fromEntries(new URLSearchParams(body));
  const { socket_id: socketId, channel_name: channel } = asked;
  if (typeof socketId !== 'string' || !/^\d{1,20}\.\d{1,20}$/.test(socketId)) throw malformed('socket_id', 'two numbers with a dot');
  if (typeof channel !== 'string') throw malformed('channel_name', 'the name of a private channel');
  return { socketId, channel };
}

function readBatch(body: Record<string, unknown>): readonly PusherEvent[] {
  const { batch } = body;
  if (!Array.isArray(batch) || batch.length > PUSHER_LIMITS.batch) throw malformed('batch', `a list of at most ${PUSHER_LIMITS.batch} events`);
  return batch.flatMap((event: unknown) => readEvent(isObject(event) ? event : {}));
}

/** One for each channel of it. */
function readEvent({ name, data, channel, channels = [channel], socket_id: socketId }: Record<string, unknown>): readonly PusherEvent[] {
  if (typeof name !== 'string' || name.length === 0 || name.length > 200 || /^pusher(_internal)?:/.test(name))
    throw malformed('name', "1 to 200 characters, not pusher's own");
  if (typeof data !== 'string' || Buffer.byteLength(data) > PUSHER_LIMITS.dataBytes)
    throw malformed('data', `text of at most ${PUSHER_LIMITS.dataBytes} bytes`);
  if (!Array.isArray(channels) || channels.length > PUSHER_LIMITS.channelsOfEvent)
    throw malformed('channels', `at most ${PUSHER_LIMITS.channelsOfEvent} names`);
  return channels.map((one: unknown) => {
    if (typeof one !== 'string' || !parsePusherChannel(one)) throw malformed('channels', 'private-<tenant>, or private-<tenant>;<channel>');
    return { name, data, channel: one, exceptSocket: typeof socketId === 'string' ? socketId : null };
  });
}

function malformed(field: string, expected: string): HttpProblem {
  return new HttpProblem('request/malformed', `${field} can't be used.`, { field, expected });
}
