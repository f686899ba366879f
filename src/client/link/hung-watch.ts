// Says that an engine hangs which nobody can end: a SharedWorker in a loop keeps its processor core until the browser is closed. The warning
// ends when the hung one does, which its lock tells. Without locks nobody knows whether it hangs or died with its tab, which is likelier: nothing is said then.
import { SyncError } from '../../core/sync-error.ts';
import type { Locks } from '../../platform/ports.ts';
import type { ScopeNames } from '../../scope/scope.ts';

export interface HungDeps {
  readonly locks: Locks | null;
  readonly names: ScopeNames;
  readonly warn: (warning: SyncError) => () => void;
}

export async function watchHung({ locks, names, warn }: HungDeps, engine: string, signal: AbortSignal): Promise<void> {
  if (!locks) return;
  const takeBack = warn(
    new SyncError(
      'host/hung',
      'A background part of this application hangs and was replaced. Everything goes on; close all windows of the browser and open it again to end the part that hangs.',
      { details: { engine } },
    ),
  );
  await locks.request(names.alive(engine), { mode: 'shared', signal }, async () => takeBack()).catch(() => {});
}
