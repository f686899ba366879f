// A newer version waits on this device. The bar is quiet, stays, and never reloads anything by itself.
import { RefreshCw } from 'lucide-react';
import { words } from '../words.ts';

export function UpdateBar({ onUpdate, onLater }: { onUpdate(): void; onLater(): void }) {
  return (
    <div className="update-bar" role="region" aria-label={words.update.now}>
      <RefreshCw className="icon" aria-hidden="true" />
      <p className="update-text">{words.update.here}</p>
      <button type="button" className="button button-quiet" onClick={onLater}>
        {words.update.later}
      </button>
      <button type="button" className="button button-primary" onClick={onUpdate}>
        {words.update.now}
      </button>
    </div>
  );
}
