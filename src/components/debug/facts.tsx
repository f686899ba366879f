// Names with values, and the panel's cards that consist of them.
import { useEffect, useState } from 'react';
import { POLICY } from '../../core/policy.ts';
import { count, shortId, size, span } from './debug-format.ts';
import { deadAfterMs, debugState, STATE_NAMES } from './debug-state.ts';
import { counterFacts, engineFacts, positionFacts, type Fact } from './fact-rows.ts';
import { StateDiagram } from './state-diagram.tsx';
import type { StorageUse } from './storage-use.ts';
import { livingTabs } from './tab-list.ts';
import type { DebugView } from './use-debug-facts.ts';

export function FactList({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="hf-facts">
      {facts.map(({ name, value, isOdd }) => (
        <div key={`${name} ${name === 'Warning' ? value : ''}`} className="hf-fact">
          <dt>{name}</dt>
          <dd className={isOdd ? 'hf-caution' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Wall clock, each second while the panel is looked at. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function ConnectionCard({ view: { health, beat } }: { readonly view: DebugView }) {
  const now = useNow();
  const report = beat?.report ?? null;
  const present = debugState(health, report);
  const since = health.lastByteAt === null ? 'no byte yet' : `last byte ${span(now - health.lastByteAt)} ago`;
  const deadS = deadAfterMs(report, POLICY) / 1_000;
  const probe = present === 'polling' && health.retryAt !== null ? `probe in ${span(health.retryAt - now)}` : 'probe';
  return (
    <section className="hf-card hf-card-wide" aria-labelledby="hf-connection">
      <div className="hf-head">
        <h2 id="hf-connection">Connection</h2>
        <p className="hf-note">
          {STATE_NAMES[present]}, {since}
        </p>
      </div>
      <StateDiagram present={present} silence={`no byte for ${deadS} s`} probe={probe} failures={`try ${report?.attempt ?? 0}`} />
    </section>
  );
}

export function EngineCard({ view }: { readonly view: DebugView }) {
  const now = useNow();
  return (
    <section className="hf-card" aria-labelledby="hf-engine">
      <h2 id="hf-engine">Engine</h2>
      <FactList facts={engineFacts(view, now)} />
    </section>
  );
}

export function PositionCard({ view }: { readonly view: DebugView }) {
  const now = useNow();
  return (
    <section className="hf-card" aria-labelledby="hf-position">
      <h2 id="hf-position">Position</h2>
      <FactList facts={positionFacts(view, now)} />
    </section>
  );
}

const CLASSES: readonly (readonly [name: string, key: 'events' | 'documents' | 'outbox' | 'cache'])[] = [
  ['Events', 'events'],
  ['Documents', 'documents'],
  ['Outbox', 'outbox'],
  ['Cache', 'cache'],
];

export function StorageCard({ use, isDurable }: { readonly use: StorageUse | null; readonly isDurable: boolean }) {
  return (
    <section className="hf-card" aria-labelledby="hf-storage">
      <h2 id="hf-storage">Storage</h2>
      {use === null ? <p className="hf-note">{isDurable ? 'Nothing is kept for this scope yet.' : 'In memory only: nothing is kept.'}</p> : <Use use={use} />}
    </section>
  );
}

function Use({ use }: { readonly use: StorageUse }) {
  const total = CLASSES.reduce((sum, [, key]) => sum + use[key].bytes, 0);
  return (
    <>
      <svg className="hf-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {CLASSES.map(([, key], at) => {
          const before = CLASSES.slice(0, at).reduce((sum, [, earlier]) => sum + use[earlier].bytes, 0);
          return <rect key={key} className={`hf-fill-${key}`} x={percent(before, total)} width={percent(use[key].bytes, total)} height="6" />;
        })}
      </svg>
      <dl className="hf-facts">
        {CLASSES.map(([name, key]) => (
          <div key={key} className="hf-fact">
            <dt>
              <span className={`hf-swatch hf-swatch-${key}`} />
              {name}
            </dt>
            <dd>
              {size(use[key].bytes)} <span className="hf-note">in {count(use[key].rows)}</span>
            </dd>
          </div>
        ))}
        {use.origin && (
          <div className="hf-fact">
            <dt>Whole origin</dt>
            <dd>
              {size(use.origin.usage)} <span className="hf-note">of {size(use.origin.quota)}</span>
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function percent(part: number, total: number): number {
  return total === 0 ? 0 : (part / total) * 100;
}

export function TabsCard({ view: { tabs, page } }: { readonly view: DebugView }) {
  const now = useNow();
  const living = livingTabs(tabs, now);
  return (
    <section className="hf-card" aria-labelledby="hf-tabs">
      <h2 id="hf-tabs">Tabs</h2>
      {living.length === 0 ? (
        <p className="hf-note">Tabs say who they are every 10 s.</p>
      ) : (
        <table className="hf-table">
          <thead>
            <tr>
              <th scope="col">Tab</th>
              <th scope="col">Looked at</th>
              <th scope="col">At</th>
              <th scope="col">Build</th>
            </tr>
          </thead>
          <tbody>
            {living.map((tab) => (
              <tr key={tab.page}>
                <th scope="row">{tab.page === page ? 'this tab' : shortId(tab.page)}</th>
                <td>{tab.isVisible ? 'visible' : 'hidden'}</td>
                <td>{tab.position?.seq ?? '–'}</td>
                <td>{tab.build ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Whatever is counted can be read here. */
export function CountersCard({ view }: { readonly view: DebugView }) {
  const facts = counterFacts(view);
  return (
    <section className="hf-card hf-card-wide" aria-labelledby="hf-counters">
      <div className="hf-head">
        <h2 id="hf-counters">Counters</h2>
        <p className="hf-note">of this device, over all sessions</p>
      </div>
      {facts.length === 0 ? <p className="hf-note">Nothing is counted yet.</p> : <FactList facts={facts} />}
    </section>
  );
}
