// How many cars are in each stage, in the order in which they pass them. On a phone the words go and their names stay.
import type { CountedStage } from '../../domain/board.ts';
import { COUNTED_STAGES } from '../../domain/board.ts';
import { words } from '../words.ts';
import { Glyph } from './glyph.tsx';

export function StageCounts({ counts }: { readonly counts: Readonly<Record<CountedStage, number>> | null }) {
  return (
    <ul className="counts" aria-label={words.stageCounts}>
      {COUNTED_STAGES.map((stage) => (
        <li key={stage} className={`count tone-${stage}`}>
          <Glyph name={stage} />
          <span className="count-label">{words.stage({ name: stage })}</span>
          <span className="count-value">{counts ? counts[stage] : <span className="bone bone-count" />}</span>
        </li>
      ))}
    </ul>
  );
}
