// Writes in this page's memory, with what they need of a page: a drain that hears of the network, and the browser's question before they are lost with
// it. Loaded when the disk fails, or where nothing is kept.
import { POLICY } from '../../core/policy.ts';
import type { OverlayView } from '../../core/overlay.ts';
import type { Clock, Log, Random } from '../../platform/ports.ts';
import { createVolatileOutbox, type VolatileOutbox, type VolatileOutboxDeps } from '../../outbox/volatile-outbox.ts';
import type { Scope } from '../../scope/scope.ts';
import type { Identity, Sender } from '../../transport/contract.ts';
import type { Health } from '../health/health.ts';
import type { OutboxSnapshot } from './pending.ts';
import type { Topic } from '../topic.ts';
import { UNKEPT_MARK } from '../update-when-idle.ts';

export interface VolatileWritesDeps extends Pick<VolatileOutboxDeps, 'disk' | 'picture'> {
  readonly scope: Scope;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly rest: Sender;
  readonly identity: Identity;
  readonly topic: Topic<Pick<OutboxSnapshot, 'inMemory'>>;
  readonly health: Topic<Pick<Health, 'isConnected' | 'isPollingFallback'>>;
  /** What the page's documents are of. */
  readonly view: () => OverlayView | null;
  readonly tell: (why: string) => void;
  readonly changed: () => void;
}

export function openVolatileWrites(deps: VolatileWritesDeps, signal: AbortSignal): VolatileOutbox {
  const { disk, picture, scope, clock, random, log, rest, identity, view, changed } = deps;
  const rows = createVolatileOutbox(
    {
      ...{ disk, picture, clock, random, log, identity, view, changed, policy: POLICY },
      scope: scope.id,
      sender: rest,
      waitMs: POLICY.databaseOpenMs,
      stored: () => deps.tell('append'),
    },
    signal,
  );
  hearNetwork(deps, () => rows.kick('session'), signal);
  askBeforeLeaving(deps.topic, signal);
  return rows;
}

/** A connection that works is a network and a session that work. */
function hearNetwork({ health }: Pick<VolatileWritesDeps, 'health'>, isBack: () => void, signal: AbortSignal): void {
  const isUp = (): boolean => health.getSnapshot().isConnected || health.getSnapshot().isPollingFallback;
  let wasUp = isUp();
  const leave = health.subscribe(() => {
    const now = isUp();
    if (now && !wasUp) isBack();
    wasUp = now;
  });
  signal.addEventListener('abort', leave, { once: true });
}

/** Only while something would be lost: a page that always asks is kept out of the browser's cache. Marked for what reloads a page by itself. */
function askBeforeLeaving(topic: VolatileWritesDeps['topic'], signal: AbortSignal): void {
  if (!('document' in globalThis)) return;
  const ask = (event: Event): void => event.preventDefault();
  const hold = (isHeld: boolean): void => {
    (isHeld ? addEventListener : removeEventListener)('beforeunload', ask);
    document.documentElement.toggleAttribute(UNKEPT_MARK, isHeld);
  };
  const look = (): void => hold(topic.getSnapshot().inMemory > 0);
  const leave = topic.subscribe(look);
  signal.addEventListener(
    'abort',
    () => {
      leave();
      hold(false);
    },
    { once: true },
  );
  look();
}
