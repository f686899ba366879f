// What a person or an application keeps with this device or takes along: preferences, and the export and import of what a page shows.
import type { Preferences } from '../../protocol/rpc.ts';
import { isObject } from '../../protocol/json.ts';
import type { Policy } from '../../core/policy.ts';
import { SyncError } from '../../core/sync-error.ts';
import type { Notes } from '../../store/contract.ts';
import { NOTE_CONFIGURATION, type SyncConfiguration } from './configuration.ts';
import type { LivePage, SyncManager } from '../contract.ts';
import type { EngineLink } from '../link/engine-link.ts';
import { NO_BASELINE, type MetricsBaseline, type StateFacts } from './exported-state.ts';
import type { History } from '../documents/history.ts';
import type { Topic, WritableTopic } from '../topic.ts';

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

export interface PageState extends Pick<SyncManager, 'prefer' | 'exportState' | 'importState'>, Pick<LivePage, 'keepConfiguration'> {
  /** Reads what earlier pages left on this device: changed options, and counts of an import. */
  begin(): Promise<void>;
}

/** Rows of the scope's notes: what people chose (engines read it at their start), and the counts of an imported state. */
const NOTE_PREFERENCES = 'preferences';
const NOTE_BASELINE = 'metrics-baseline';

const kept = () => import('./kept-configuration.ts');

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

  /** Options changed in this page's life: they outrank what an earlier one kept. */
  let changed: Partial<SyncConfiguration> = {};
  let keeping: Promise<void> = Promise.resolve();

  /** One after the other, because each begins with what is kept. */
  function keepConfiguration(change: Partial<SyncConfiguration>): Promise<void> {
    changed = { ...changed, ...change };
    if (notes) keeping = keeping.then(async () => (await kept()).keepChange(notes, change)).catch(() => {});
    return keeping;
  }

  async function restoreConfiguration(): Promise<void> {
    const row = await notes?.get(NOTE_CONFIGURATION);
    if (row === undefined || row === null) return;
    const { readKept } = await kept();
    configure(Object.fromEntries(Object.entries(readKept(row)).filter(([name]) => !(name in changed))));
  }

  return {
    prefer,
    keepConfiguration,
    async begin() {
      await restoreConfiguration().catch(() => {});
      const known = await notes?.get(NOTE_BASELINE).catch(() => null);
      if (isObject(known)) baseline.set({ ...NO_BASELINE, ...known });
    },
    async exportState() {
      const { describeState, withKept } = await import('./export-state.ts');
      const now = facts();
      const receipts = await withKept(now.receipts, notes);
      return describeState({
        ...now,
        receipts,
        configuration: configuration.getSnapshot(),
        baseline: baseline.getSnapshot(),
      });
    },
    async importState(json) {
      const { readState } = await import('./export-state.ts');
      const taken = readState(json, { policy, tenant });
      configure(taken.configuration);
      history.adopt(taken.events);
      await keepConfiguration(taken.configuration);
      if (taken.metrics) {
        baseline.set(taken.metrics);
        await notes?.set(NOTE_BASELINE, taken.metrics);
      }
      if (taken.preferences) await prefer(taken.preferences);
    },
  };
}
