// The outbox's place in an engine: a drain over a database connection of its own, fed by what the engine hears and commits. Loaded when there is a
// network to send over; must never hold up the log.
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Policy } from '../core/policy.ts';
import { ENTRY_POLICY } from '../core/entry-policy.ts';
import { createDrain } from '../outbox/drain.ts';
import { holdOutbox } from '../outbox/hold-outbox.ts';
import { createReopeningRows } from '../outbox/reopening-rows.ts';
import { aborted } from '../platform/locks.ts';
import type { Platform } from '../platform/browser.ts';
import type { Net } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';
import { openOutboxRows } from '../store/outbox-rows.ts';
import { createSender } from '../transport/send.ts';
import type { Drain, KickReason } from '../outbox/contract.ts';
import { NOTE_IDEMPOTENCY } from './connection-notes.ts';
import type { DrainSeat, EngineDeps, EngineDrain } from './contract.ts';

export interface EngineDrainDeps extends Pick<EngineDeps, 'device' | 'way'> {
  readonly platform: Platform;
  readonly indexedDB: IDBFactory;
  readonly scope: Scope;
  readonly policy: Policy;
  readonly net: Net;
}

/** Drains until `life` aborts, whenever this engine has the lock of the outbox. */
export function startDrain(deps: EngineDrainDeps, seat: DrainSeat, life: AbortSignal): EngineDrain {
  const { platform, indexedDB, scope, policy, net, device, way } = deps;
  const { clock, locks, log, random } = platform;
  const names = scopeNames(scope);
  const identity = { baseUrl: scope.baseUrl, tenant: scope.tenant, user: scope.user, device };
  const rows = createReopeningRows(() => openOutboxRows({ indexedDB, clock, policy, name: names.database }, life));
  let drain: Drain | null = null;

  async function run(held: AbortSignal): Promise<void> {
    drain = createDrain(
      {
        rows,
        sender: createSender({ net, clock, policy, log }),
        identity,
        scope: scope.id,
        clock,
        random,
        policy,
        log,
        idempotencyMs: () => asMs(seat.note(NOTE_IDEMPOTENCY)),
        runNo: () => seat.runNo(),
        afford: (until) => seat.afford(until),
        view: () => seat.view(),
        isDeciding: true,
        changed: () => seat.post({ v: PROTOCOL_VERSION, k: 'outbox', why: 'result' }),
      },
      held,
    );
    drain.kick('start');
    await aborted(held);
    drain = null;
  }

  /** Stolen from this engine while it leads on: it queues again; a browser that refuses locks is asked again later. */
  async function hold(): Promise<void> {
    const wish = way === 'steal' ? 'steal' : 'queue';
    for (let turn = 0; !life.aborted; turn++) {
      const ran = await holdOutbox({ locks, name: names.outbox, way: turn === 0 ? wish : 'queue', rows, clock, lockMs: ENTRY_POLICY.lockMs }, life, run);
      if (!ran && !life.aborted) await new Promise<void>((resolve) => clock.after(ENTRY_POLICY.maxDelayMs, resolve));
    }
  }

  hold().catch((error: unknown) => log.error('The outbox is not drained any more', { error: String(error) }));
  return {
    kick: (why) => drain?.kick(why as KickReason),
    saw: (events) => drain?.saw(events),
  };
}

function asMs(note: unknown): number | null {
  return typeof note === 'number' && note > 0 ? note : null;
}
