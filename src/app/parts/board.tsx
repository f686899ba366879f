// The wash-bay board, drawn into the page's main part: counts, bays, queue, hand-over. Everything it shows comes in as values; it asks nobody.
import type { BoardView } from '../../domain/board.ts';
import type { Standing } from '../standing.ts';
import { useDelayedFlag } from '../use-delayed-flag.ts';
import { words } from '../words.ts';
import type { BoardActions } from './action-button.tsx';
import { BayCard, BaySkeleton } from './bay-card.tsx';
import { HandOverPanel } from './hand-over-panel.tsx';
import { QueuePanel } from './queue-panel.tsx';
import { StageCounts } from './stage-counts.tsx';
import { StaleLine } from './stale-line.tsx';

export interface BoardProps {
  /** Null while the documents are read from disk. */
  readonly view: BoardView | null;
  readonly standing: Standing;
  /** Why this page can't follow live at all, as a sentence; null where it can. */
  readonly trouble: string | null;
  readonly actions: BoardActions;
  onRetry(): void;
}

const SKELETONS = 6;

export function Board({ view, standing, trouble, actions, onRetry }: BoardProps) {
  const isSlow = useDelayedFlag(view === null, 300, 500);
  const isStale = standing.kind === 'last-known';
  return (
    <>
      {view?.hasBays !== false && <StageCounts counts={view?.counts ?? null} />}
      <StaleLine standing={standing} trouble={trouble} />
      {view === null ? isSlow && <LoadingBays /> : view.hasBays && <Bays view={view} standing={standing} actions={actions} onRetry={onRetry} />}
      {view && (
        <div className="board-side">
          <QueuePanel queue={view.queue} isStale={isStale} />
          {view.hasBays && <HandOverPanel cars={view.handOver} actions={actions} />}
        </div>
      )}
    </>
  );
}

function Bays({ view, standing, actions, onRetry }: Omit<BoardProps, 'trouble'> & { readonly view: BoardView }) {
  if (view.bays.length === 0) return <p className="board-empty">{words.bay.none}</p>;
  return (
    <div className="bays">
      {view.bays.map((bay) => (
        <BayCard key={bay.id} bay={bay} actions={actions} standing={standing} onRetry={onRetry} />
      ))}
    </div>
  );
}

function LoadingBays() {
  return (
    <div className="bays">
      {Array.from({ length: SKELETONS }, (_, index) => (
        <BaySkeleton key={index} name={null} />
      ))}
    </div>
  );
}
