// The last moves of cars, newest first. Not a live region: it would never be silent.
import { useId } from 'react';
import type { Move, Moves } from '../../domain/figures-floor.ts';
import { timeOfDay } from '../format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { stageGlyph, stageTone } from '../parts/stage-chip.tsx';
import { hrefOf } from '../routes.ts';
import { words } from '../words.ts';

const said = words.dashboard.moves;

export function HappeningNow({ moves: { newest, inLastHour } }: { readonly moves: Moves }) {
  const titleId = useId();
  return (
    <section className="panel moves-panel" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{said.title}</h2>
        <span className="panel-note">{said.lastHour(inLastHour)}</span>
      </div>
      {newest.length === 0 && <p className="panel-empty">{said.none}</p>}
      <ol className="moves">
        {newest.map((move) => (
          <li key={`${move.orderId} ${move.stage.name}`}>
            <a className="move" href={hrefOf({ place: 'order', id: move.orderId })}>
              <span className={`move-mark tone-${stageTone(move.stage)}`}>
                <Glyph name={stageGlyph(move.stage)} />
              </span>
              <span className="plate plate-s">{move.plate}</span>
              <span className="move-text">{said.text(stageText(move), move.bay)}</span>
              <time className="move-time">{timeOfDay(move.atMs)}</time>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stageText({ stage }: Move): string {
  return stage.name === 'unknown' ? said.unknown(stage.raw) : said.stage[stage.name];
}
