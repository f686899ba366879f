// Who may listen over the Pusher endpoint, for how long and how many: the desk with sockets whose clients are these tests.
import { expect, test } from 'vitest';
import type { Standing } from '../../server/auth/standing.ts';
import { createPusherDesk, type PusherDesk } from '../../server/pusher/desk.ts';
import { PUSHER_LIMITS } from '../../server/pusher/options.ts';
import { channelAuth } from '../../server/pusher/signature.ts';
import type { TextSocket } from '../../server/pusher/web-socket.ts';
import { sleep, until } from './harness.ts';

const APP = { appId: '4711', key: 'app-key', secret: 'a secret that no browser sees' };

test('[PSH6] leave ends with the token or session that it was given for', async () => {
  let standing: Standing | 'broken' = 'same';
  const ask = (): Standing => {
    if (standing === 'broken') throw new Error('database or disk is full');
    return standing;
  };
  for (const end of ['ended', 'role-changed', 'broken'] as const) {
    standing = 'same';
    const desk = createPusherDesk({ app: APP, standing: ask, limits: { ...PUSHER_LIMITS, watchMs: 5 } });
    const socket = fakeSocket(desk, '203.0.113.1');
    expect(desk.grant(socket.id(), 'private-north', HOLDER)).toBe(true);
    socket.subscribe('private-north');
    desk.send({ name: 'e', data: '{}', channel: 'private-north', exceptSocket: null });
    await sleep(20);
    expect([socket.said('subscription_succeeded'), socket.said('"e"'), socket.closes]).toEqual([true, true, []]);
    standing = end;
    await until(() => socket.closes[0] === 4_200);
    socket.end();
  }
});

test('[PSH6] the end of a session closes the sockets that listen by it at once, and no others', () => {
  const desk = createPusherDesk({ app: APP, standing: () => 'same' });
  const [leaver, stayer] = [fakeSocket(desk, '203.0.113.1'), fakeSocket(desk, '203.0.113.1')];
  desk.grant(leaver.id(), 'private-north', HOLDER);
  desk.grant(stayer.id(), 'private-north', { ...HOLDER, sessionId: 'another' });
  desk.closeOf((holder) => holder.sessionId === HOLDER.sessionId);
  expect([leaver.closes, stayer.closes]).toEqual([[4_200], []]);
  for (const socket of [leaver, stayer]) socket.end();
});

test('[PSH6] more leave than a socket may use pushes the oldest out, and what it was for is not heard any more', () => {
  const desk = createPusherDesk({ app: APP, standing: () => 'same' });
  const socket = fakeSocket(desk, '203.0.113.1');
  desk.grant(socket.id(), 'private-north', HOLDER);
  socket.subscribe('private-north');
  for (let at = 0; at < 2 * PUSHER_LIMITS.channels; at++) desk.grant(socket.id(), `private-north;orders-${at}`, { ...HOLDER, sessionId: 'another' });
  desk.send({ name: 'late', data: '{}', channel: 'private-north', exceptSocket: null });
  expect(socket.said('late')).toBe(false);
  socket.end();
});

test('[PSH5] sockets are bounded by address and by tenant, so that nobody takes the places of all others', () => {
  const limits = { sockets: 6, socketsPerAddress: 3, socketsPerTenant: 2, watchMs: 60_000 };
  const desk = createPusherDesk({ app: APP, standing: () => 'same', limits });
  const greedy = Array.from({ length: 4 }, () => fakeSocket(desk, '203.0.113.1'));
  expect(greedy.map(({ closes }) => closes)).toEqual([[], [], [], [4_100]]);
  for (const socket of greedy.slice(0, 3)) {
    desk.grant(socket.id(), 'private-north', HOLDER);
    socket.subscribe('private-north');
  }
  expect(greedy.map((socket) => socket.said('subscription_succeeded'))).toEqual([true, true, false, false]);
  expect(greedy[2]?.said('LimitReached')).toBe(true);
  const others = Array.from({ length: 4 }, (_, at) => fakeSocket(desk, `203.0.113.${at + 2}`));
  expect([others.map(({ closes }) => closes), desk.sockets, desk.refused]).toEqual([[[], [], [], [4_100]], 6, 3]);
  greedy[0]?.end();
  greedy[2]?.subscribe('private-north');
  expect(greedy[2]?.said('subscription_succeeded')).toBe(true);
  expect(fakeSocket(desk, '203.0.113.1').closes).toEqual([]);
});

const HOLDER = { tenant: 'north', user: 'worker', role: 'worker', sessionId: 's', endsAt: null } as const;

/** A socket whose client is this test. */
function fakeSocket(desk: PusherDesk, network: string) {
  const [sent, closes]: [string[], number[]] = [[], []];
  const socket: TextSocket = { send: (text) => void sent.push(text), close: (code) => void closes.push(code), ping: () => {} };
  const member = desk.open(network, () => socket);
  member.greet();
  const id = () => /socket_id\\":\\"([\d.]+)/.exec(sent.join())?.[1] ?? '';
  return {
    closes,
    id,
    said: (text: string) => sent.some((line) => line.includes(text)),
    subscribe: (channel: string) => member.text(JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth: channelAuth(APP, id(), channel) } })),
    end: () => member.closed(),
  };
}
