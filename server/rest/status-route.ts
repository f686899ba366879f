// What the server itself counts about a tenant: open streams and where its log stands. For managers, and for tests that don't believe a client.
import { PATHS } from '../../src/protocol/http.ts';
import type { App } from '../http-context.ts';
import type { PresenceBoard } from '../presence/presence-board.ts';
import { HttpProblem } from '../problem.ts';
import type { PushSender } from '../push/push-sender.ts';
import type { PusherDesk } from '../pusher/desk.ts';
import type { SideWrites } from '../store/side-write.ts';
import type { Hub } from '../sync/hub.ts';
import type { LogStore } from '../sync/log-store.ts';
import type { StreamGate } from '../sync/stream-caps.ts';
import type { Terms } from '../sync/terms.ts';

export interface StatusDeps {
  readonly hub: Hub;
  readonly log: LogStore;
  readonly terms: Terms;
  readonly gate: StreamGate;
  readonly presence: Pick<PresenceBoard, 'shed'>;
  readonly push: Pick<PushSender, 'counts'>;
  readonly sideWrites: SideWrites;
  readonly pusher: Pick<PusherDesk, 'refused'> | null;
}

export function routeStatus(app: App, { hub, log, terms, gate, presence, push, pusher, sideWrites }: StatusDeps): void {
  app.get(PATHS.status, (context) => {
    const { tenant, role } = context.var.session;
    if (role !== 'manager') throw new HttpProblem('auth/forbidden', 'Figures of the server are for managers.');
    const streams = hub.streams(tenant);
    const { epoch, seq } = log.head(tenant);
    const readers = { cutReaders: hub.cutReaders, forgottenTerms: terms.forgotten, hints: hub.shedHints };
    const shed = {
      ...readers,
      presences: presence.shed,
      pushes: push.counts.shed,
      pushesRefused: push.counts.refused,
      sockets: pusher?.refused ?? 0,
      lastUses: sideWrites.lost,
    };
    const answer = { streams, epoch, head: seq, floor: log.floor(tenant).seq, clients: streams.length, capacity: gate.state(), shed };
    return context.json(answer, 200, { 'Cache-Control': 'no-store' });
  });
}
