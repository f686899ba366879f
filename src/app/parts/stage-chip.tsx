// A stage as a chip: its own silhouette and its word. Colour comes third.
import type { ShownStage } from '../../domain/selectors.ts';
import { words } from '../words.ts';
import { Glyph, type GlyphName } from './glyph.tsx';

/** What a chip can be tinted as; the names are those of the colour tokens. */
export type Tone = 'waiting' | 'washing' | 'drying' | 'ready' | 'paid' | 'done' | 'blocked' | 'free';

export function Chip({ tone, glyph, label }: { readonly tone: Tone; readonly glyph: GlyphName; readonly label: string }) {
  return (
    <span className={`chip tone-${tone}`}>
      <Glyph name={glyph} />
      <span className="chip-label">{label}</span>
    </span>
  );
}

export function StageChip({ stage }: { readonly stage: ShownStage }) {
  return <Chip tone={stageTone(stage)} glyph={stageGlyph(stage)} label={words.stage(stage)} />;
}

/** A stage this build doesn't know, and drafts and cancelled orders, look alike: quiet, told apart by their word. */
export function stageTone(stage: ShownStage): Tone {
  switch (stage.name) {
    case 'draft':
    case 'cancelled':
    case 'unknown':
      return 'done';
    default:
      return stage.name;
  }
}

export function stageGlyph(stage: ShownStage): GlyphName {
  return stage.name === 'unknown' || stage.name === 'cancelled' ? 'draft' : stage.name;
}
