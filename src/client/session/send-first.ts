// Before a log-out that would be refused for unsent writes: asks whoever drains to send them, and waits for that, but not long. Loaded by log-outs
// alone; decides nothing, because what is left is counted by the wipe itself.
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { EntryState } from '../../core/entry.ts';
import type { Platform } from '../../platform/browser.ts';
import { scopeNames, type Scope } from '../../scope/scope.ts';
import type { DatabaseDeps } from '../../store/database.ts';
import { openOutboxRows } from '../../store/outbox-rows.ts';

export interface SendFirstDeps extends Pick<DatabaseDeps, 'policy' | 'indexedDB'> {
  readonly platform: Pick<Platform, 'clock' | 'openBus'>;
}

const LOOK_MS = 200;
/** Those that may still go out by themselves. */
const ON_THEIR_WAY: readonly EntryState[] = ['waiting', 'sending'];

/** Resolves when nothing is on its way any more, or after `ms`. */
export async function sendFirst({ platform, policy, indexedDB }: SendFirstDeps, scope: Scope, ms: number): Promise<void> {
  const { clock, openBus } = platform;
  const names = scopeNames(scope);
  const life = new AbortController();
  const until = clock.monotonic() + ms;
  const rows = await openOutboxRows({ indexedDB, clock, policy, name: names.database }, life.signal);
  try {
    const isOnItsWay = async (): Promise<boolean> => (await rows.list()).entries.some(({ state }) => ON_THEIR_WAY.includes(state));
    if (!(await isOnItsWay())) return;
    openBus(names.bus, life.signal).post({ v: PROTOCOL_VERSION, k: 'outbox', why: 'wake' });
    while (clock.monotonic() < until && (await isOnItsWay())) await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  } finally {
    rows.close();
    life.abort();
  }
}
