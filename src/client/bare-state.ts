// Bare mode's export and import, and what it keeps over reloads: the documents' own format, as text under one key of this origin. It is history to
// look at, never a position. Loaded when it is needed; where the browser keeps nothing (private windows, a full disk) the page goes on without it.
import { POLICY } from '../core/policy.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Preferences } from '../protocol/rpc.ts';
import type { LiveFace, SyncManager } from './contract.ts';
import { describeState, readState } from './export-state.ts';

export interface BareStateDeps extends Pick<LiveFace, 'scope' | 'health' | 'configuration' | 'configure' | 'baseline'> {
  readonly events: () => readonly SyncEvent[];
  /** Shows these in place of what was there. */
  readonly adopt: (events: readonly SyncEvent[]) => void;
  /** Does as the person chose. */
  readonly chosen: (preferences: Preferences) => void;
}

export interface BareState extends Pick<SyncManager, 'exportState' | 'importState'> {
  /** Events of the last session, not older than an hour, oldest first; its counts become the baseline, and what the person chose stays. */
  restore(now: number): readonly SyncEvent[];
  keep(now: number): void;
}

const HOUR_MS = 3_600_000;
/** As the documents say. */
const MOST_EVENTS = 100;

export function createBareState({ scope, health, configuration, configure, baseline, events, adopt, chosen }: BareStateDeps): BareState {
  const key = `holdfast:bare:${scope.id}`;
  const within = { policy: POLICY, tenant: scope.tenant };
  const describe = (list: readonly SyncEvent[]): string =>
    describeState({
      ...{ events: list, configuration: configuration.getSnapshot(), health: health.getSnapshot(), baseline: baseline.getSnapshot() },
      ...{ receipts: new WeakMap(), position: null, acknowledged: null },
    });
  const isRecent = (now: number) => (event: SyncEvent) => now - Date.parse(event.timestamp) <= HOUR_MS;

  return {
    exportState: async () => describe(events()),
    async importState(json) {
      const taken = readState(json, within);
      configure(taken.configuration);
      adopt(taken.events);
      if (taken.metrics) baseline.set(taken.metrics);
      if (taken.preferences) chosen(taken.preferences);
    },
    restore(now) {
      try {
        const text = localStorage.getItem(key);
        if (text === null) return [];
        const taken = readState(text, within);
        if (taken.metrics) baseline.set(taken.metrics);
        if (taken.preferences) chosen(taken.preferences);
        return taken.events.filter(isRecent(now));
      } catch {
        return [];
      }
    },
    keep(now) {
      try {
        localStorage.setItem(key, describe(events().filter(isRecent(now)).slice(-MOST_EVENTS)));
      } catch {
        // No room, or none at all: the next session begins without history.
      }
    },
  };
}
