// The debug panel: why the connection is as it is. Composition only; loaded when it is shown.
import { useCallback } from 'react';
import { debugExport } from './debug-export.ts';
import { ConnectionCard, CountersCard, EngineCard, PositionCard, StorageCard, TabsCard } from './facts.tsx';
import { LogView } from './log-view.tsx';
import { useDebugView, type DebugView } from './use-debug-facts.ts';
import '../cards.css';
import './panel.css';

export function DebugPanel({ className }: { readonly className?: string }) {
  const view = useDebugView();
  const save = useSave(view);
  return (
    <div className={['hf-cards hf-debug', className].filter(Boolean).join(' ')}>
      <div className="hf-actions">
        <p className="hf-note">The export holds states and counts, no plates, names or prices.</p>
        <button type="button" className="hf-button" onClick={() => view.manager?.reconnect()}>
          Reconnect
        </button>
        <button type="button" className="hf-button hf-button-main" onClick={save}>
          Export
        </button>
      </div>
      <ConnectionCard view={view} />
      <EngineCard view={view} />
      <PositionCard view={view} />
      <StorageCard use={view.storage} isDurable={view.beat?.durable ?? true} />
      <TabsCard view={view} />
      <CountersCard view={view} />
      <LogView log={view.log} onPause={view.pause} />
    </div>
  );
}

/** Hands the file to the browser; nothing is sent anywhere. */
function useSave({ health, beat, storage, tabs, log }: DebugView): () => void {
  return useCallback(() => {
    const data = debugExport({ health, beat, storage, tabs, records: log.kept.map(({ record }) => record) }, Date.now());
    const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `holdfast-${data.at.slice(0, 19).replaceAll(':', '-')}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }, [health, beat, storage, tabs, log]);
}
