// The stage glyphs: one sprite in the page, one small element that shows a symbol of it. A glyph never speaks for itself.
import sprite from '../styles/stage-glyphs.svg?raw';

export type GlyphName = 'draft' | 'waiting' | 'washing' | 'drying' | 'ready' | 'paid' | 'done' | 'blocked' | 'late' | 'free' | 'pause';

/** Mounted once, before the first glyph. The markup is a file of this build, never data. */
export function GlyphSprite() {
  return <div hidden dangerouslySetInnerHTML={{ __html: sprite }} />;
}

/** Decoration: the label beside it, or the name of what holds it, says what it means. */
export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg className="glyph" aria-hidden="true" focusable="false">
      <use href={`#stage-${name}`} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" aria-hidden="true" focusable="false">
      <use href="#logo" />
    </svg>
  );
}
