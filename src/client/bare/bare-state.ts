// Bare mode's export and import, and what it keeps over reloads: the documents' own format, as text under one key of this origin. It is history to
// look at, never a position. Loaded when it is needed; where the browser keeps nothing (private windows, a full disk) the page goes on without it.
import { POLICY } from '../../core/policy.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Preferences } from '../../protocol/rpc.ts';
import type { Notes } from '../../store/contract.ts';
import { NOTE_CONFIGURATION, type SyncConfiguration } from '../state/configuration.ts';
import type { LiveFace, SyncManager } from '../contract.ts';
import { describeState, readState } from '../state/export-state.ts';
import { keepChange, readKept } from '../state/kept-configuration.ts';

export interface BareStateDeps extends Pick<LiveFace, 'scope' | 'health' | 'configuration' | 'configure' | 'baseline'> {
  /** False where nothing of this page shall last. */
  readonly isKept: boolean;
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
  keepConfiguration(change: Partial<SyncConfiguration>): Promise<void>;
  /** Options that the user changed in an earlier page. */
  changed(): Partial<SyncConfiguration>;
}

const HOUR_MS = 3_600_000;
/** As the documents say. */
const MOST_EVENTS = 100;

export function createBareState({ scope, health, configuration, configure, baseline, isKept, events, adopt, chosen }: BareStateDeps): BareState {
  const key = `holdfast:bare:${scope.id}`;
  const within = { policy: POLICY, tenant: scope.tenant };
  const describe = (list: readonly SyncEvent[]): string =>
    describeState({
      ...{ events: list, configuration: configuration.getSnapshot(), health: health.getSnapshot(), baseline: baseline.getSnapshot() },
      ...{ receipts: new WeakMap(), position: null, acknowledged: null },
    });
  const read = (name: string): unknown => JSON.parse(localStorage.getItem(`${key}:${name}`) ?? 'null');
  const notes: Notes = {
    get: async (name) => read(name),
    set: async (name, value) => localStorage.setItem(`${key}:${name}`, JSON.stringify(value)),
  };
  const keepConfiguration = async (change: Partial<SyncConfiguration>): Promise<void> => (isKept ? keepChange(notes, change).catch(() => {}) : undefined);
  const isRecent = (now: number) => (event: SyncEvent) => now - Date.parse(event.timestamp) <= HOUR_MS;

  return {
    exportState: async () => describe(events()),
    async importState(json) {
      const taken = readState(json, within);
      configure(taken.configuration);
      adopt(taken.events);
      if (taken.metrics) baseline.set(taken.metrics);
      if (taken.preferences) chosen(taken.preferences);
      await keepConfiguration(taken.configuration);
    },
    keepConfiguration,
    changed() {
      try {
        return readKept(read(NOTE_CONFIGURATION));
      } catch {
        return {};
      }
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
