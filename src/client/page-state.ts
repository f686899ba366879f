// What a person or an application keeps with this device or takes along: preferences, and the export and import of what a page shows.
import type { Preferences } from '../protocol/rpc.ts';
import { isObject } from '../protocol/json.ts';
import type { Policy } from '../core/policy.ts';
import { SyncError } from '../core/sync-error.ts';
import type { Notes } from '../store/contract.ts';
import type { SyncConfiguration } from './configuration.ts';
import type { SyncManager } from './contract.ts';
import type { EngineLink } from './engine-link.ts';
import { NO_BASELINE, type MetricsBaseline, type StateFacts } from './exported-state.ts';
import type { History } from './history.ts';
import type { Topic, WritableTopic } from './topic.ts';

export interface PageStateDeps {
  readonly link: Pick<EngineLink, 'call'>;
  readonly notes: Notes | null;
  readonly history: Pick<History, 'adopt'>;
  readonly policy: Policy;
  readonly tenant: string;
  readonly configuration: Topic<SyncConfiguration>;
  readonly configure: (change: Partial<SyncConfiguration>) => void;
  readonly baseline: WritableTopic<MetricsBaseline>;
  readonly facts: () => Omit<StateFacts, 'configuration' | 'baseline'>;
}

export interface PageState extends Pick<SyncManager, 'prefer' | 'exportState' | 'importState'> {
  /** Reads what an earlier import left on this device. */
  begin(): Promise<void>;
}

/** Rows of the scope's notes: what people chose (engines read it at their start), and the counts of an imported state. */
const NOTE_PREFERENCES = 'preferences';
const NOTE_BASELINE = 'metrics-baseline';

export function createPageState({ link, notes, history, policy, tenant, facts, configuration, configure, baseline }: PageStateDeps): PageState {
  /** Without an engine the choice is kept for the next one. */
  async function prefer(preferences: Preferences): Promise<void> {
    try {
      await link.call((engine) => engine.prefer(preferences));
    } catch (error) {
      if (!(error instanceof SyncError && error.code === 'host/gone') || !notes) throw error;
      await notes.set(NOTE_PREFERENCES, preferences);
    }
  }

  return {
    prefer,
    async begin() {
      const known = await notes?.get(NOTE_BASELINE).catch(() => null);
      if (isObject(known)) baseline.set({ ...NO_BASELINE, ...known });
    },
    async exportState() {
      const { describeState } = await import('./export-state.ts');
      return describeState({ ...facts(), configuration: configuration.getSnapshot(), baseline: baseline.getSnapshot() });
    },
    async importState(json) {
      const { readState } = await import('./export-state.ts');
      const taken = readState(json, { policy, tenant });
      configure(taken.configuration);
      history.adopt(taken.events);
      if (taken.metrics) {
        baseline.set(taken.metrics);
        await notes?.set(NOTE_BASELINE, taken.metrics);
      }
      if (taken.preferences) await prefer(taken.preferences);
    },
  };
}
