// The history of an order: who did what, when, the newest first. Old entries are asked for by a button, never by scrolling alone.
import { CarFront, ClipboardPlus, Pencil, StickyNote, Users, Undo2, type LucideIcon } from 'lucide-react';
import { memo } from 'react';
import type { Happening, TimelineItem } from '../../domain/timeline.ts';
import { timeOfDay } from '../format.ts';
import { words } from '../words.ts';
import { happened } from '../words-history.ts';
import { Glyph, type GlyphName } from './glyph.tsx';
import { stageTone, type Tone } from './stage-chip.tsx';

export interface OrderHistoryProps {
  readonly items: readonly TimelineItem[];
  /** Who looks. */
  readonly user: string;
  readonly isLoading: boolean;
  readonly state: 'idle' | 'loading' | 'failed';
  readonly isConnected: boolean;
  readonly onOlder: (() => void) | null;
}

export const OrderHistory = memo(function OrderHistory({ items, user, isLoading, state, isConnected, onOlder }: OrderHistoryProps) {
  return (
    <section className="panel order-history" aria-labelledby="order-history">
      <div className="panel-head">
        <h2 id="order-history">{words.order.history}</h2>
        {items.length > 0 && <span className="panel-note">{words.order.events(items.length)}</span>}
      </div>
      {items.length === 0 && !isLoading && isConnected && state === 'idle' && <p className="panel-empty">{words.order.nothing}</p>}
      <ol className="history">
        {items.map((item) => (
          <HistoryLine key={item.id} item={item} isMine={item.who?.user === user} />
        ))}
      </ol>
      {state === 'failed' && <p className="history-note">{words.order.olderFailed}</p>}
      {!isConnected && <p className="history-note">{words.order.onlyHere}</p>}
      {onOlder && (
        <button type="button" className="button button-outline history-older" aria-disabled={state === 'loading' ? true : undefined} onClick={onOlder}>
          {state === 'loading' ? words.order.olderBusy : words.order.older}
        </button>
      )}
    </section>
  );
});

function HistoryLine({ item: { atMs, who, what }, isMine }: { readonly item: TimelineItem; readonly isMine: boolean }) {
  return (
    <li className="history-line">
      <Mark what={what} />
      <div className="history-text">
        <p>
          <strong>{isMine ? words.order.you : (who?.name ?? words.order.somebody)}</strong> {happened(what)}
        </p>
        {what.kind === 'noted' && what.text && <p className="history-quote">{what.text}</p>}
      </div>
      <time className="history-time" dateTime={new Date(atMs).toISOString()}>
        {timeOfDay(atMs)}
      </time>
    </li>
  );
}

function Mark({ what }: { readonly what: Happening }) {
  const stage = stageOf(what);
  if (stage) {
    return (
      <span className={`history-mark tone-${stage.tone}`}>
        <Glyph name={stage.glyph} />
      </span>
    );
  }
  const Icon = ICONS[what.kind] ?? Pencil;
  return (
    <span className="history-mark">
      <Icon className="icon" aria-hidden="true" />
    </span>
  );
}

const ICONS: Readonly<Partial<Record<Happening['kind'], LucideIcon>>> = {
  created: ClipboardPlus,
  moved: Undo2,
  crew: Users,
  noted: StickyNote,
  'driven-out': CarFront,
};

const GLYPHS = { empty: 'draft', initiated: 'waiting', in_progress: 'washing', ready: 'ready', paid: 'paid', completed: 'done', cancelled: 'blocked' } as const;

/** Only steps onward have the glyph of where they led. */
function stageOf(what: Happening): { readonly glyph: GlyphName; readonly tone: Tone } | null {
  if (what.kind === 'drying') return { glyph: 'drying', tone: 'drying' };
  if (what.kind === 'paid') return { glyph: 'paid', tone: 'paid' };
  if (what.kind !== 'moved' || what.isBack) return null;
  const glyph = GLYPHS[what.to];
  return { glyph, tone: glyph === 'draft' ? 'done' : glyph === 'blocked' ? 'blocked' : stageTone({ name: glyph }) };
}
