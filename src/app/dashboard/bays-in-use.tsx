// How much each bay was in use today: a bar, a share, its cars; late and blocked by glyph and word.
import type { BayUse } from '../../domain/figures-floor.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { count } from '../plural.ts';
import { TablePanel } from '../plots/table-panel.tsx';
import { words } from '../words.ts';

const said = words.dashboard.bays;

export function BaysInUse({ bays }: { readonly bays: readonly BayUse[] }) {
  return (
    <TablePanel
      title={said.title}
      className="bays-panel"
      picture={bays.length === 0 ? <p className="panel-empty">{said.none}</p> : <Bars bays={bays} />}
      table={<UseTable bays={bays} />}
    />
  );
}

function Bars({ bays }: { readonly bays: readonly BayUse[] }) {
  return (
    <ul className="uses">
      {bays.map((bay) => (
        <li key={bay.id} className="use">
          <span className="use-name">{bay.name}</span>
          <span className="use-track" aria-hidden="true">
            <span className={bay.state === 'blocked' ? 'use-fill is-blocked' : 'use-fill'} style={{ transform: `scaleX(${bay.share})` }} />
          </span>
          <span className="use-share">{percent(bay)}</span>
          <span className="use-cars">
            <BayMark bay={bay} />
            {said.summary(bay.cars, minutesOf(bay))}
          </span>
        </li>
      ))}
    </ul>
  );
}

function BayMark({ bay }: { readonly bay: BayUse }) {
  const glyph = markOf(bay);
  if (glyph === null) return null;
  return (
    <span className={glyph === 'blocked' ? 'tone-blocked use-mark' : 'use-mark'}>
      <Glyph name={glyph} />
      <span className="unseen">{glyph === 'blocked' ? said.blocked : said.late}</span>
    </span>
  );
}

function UseTable({ bays }: { readonly bays: readonly BayUse[] }) {
  return (
    <table className="data-table">
      <caption className="unseen">{said.title}</caption>
      <thead>
        <tr>
          {[said.bay, said.share, said.cars, said.average, said.mark].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bays.map((bay) => {
          const minutes = minutesOf(bay);
          return (
            <tr key={bay.id}>
              <th scope="row">{bay.name}</th>
              <td>{percent(bay)}</td>
              <td>{count(bay.cars)}</td>
              <td>{minutes === null ? words.dashboard.nothing : said.minutes(minutes)}</td>
              <td>{bay.isLate ? said.late : said[bay.state]}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function markOf({ state, isLate }: BayUse): Extract<GlyphName, 'late' | 'blocked'> | null {
  if (state === 'blocked') return 'blocked';
  return isLate ? 'late' : null;
}

function percent({ share }: BayUse): string {
  return said.percent(Math.round(share * 100));
}

function minutesOf({ minutes }: BayUse): number | null {
  return minutes === null ? null : Math.round(minutes);
}
