// What the application uses on this device, and the browser's promise not to throw it away.
import { useEffect, useState } from 'react';
import { words } from '../words.ts';
import { Fact } from './device-sections.tsx';
import { Section } from './setting-parts.tsx';

const said = words.settings.storage;
const MIB = 1_024 * 1_024;

interface Found {
  readonly isPersisted: boolean;
  readonly usage: string;
}

export function StorageSection() {
  const [found, setFound] = useState<Found | null>(null);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => void lookAtStorage().then(setFound), []);
  const ask = async () => {
    setRefused(!(await navigator.storage.persist()));
    setFound(await lookAtStorage());
  };
  if (!found) return <Section title={said.title}>{null}</Section>;
  return (
    <Section title={said.title}>
      {found.isPersisted ? (
        <p>{said.allowed}</p>
      ) : (
        <div className="setting-action">
          <p>{said.ask}</p>
          <button type="button" className="button button-outline" onClick={() => void ask()}>
            {said.allow}
          </button>
        </div>
      )}
      <p className="setting-note" role="status">
        {isRefused && !found.isPersisted && said.refused}
      </p>
      <dl className="facts">
        <Fact name={said.use} value={found.usage} />
      </dl>
    </Section>
  );
}

/** Plain http has no storage manager; some browsers don't say how much there is. */
async function lookAtStorage(): Promise<Found> {
  const manager: StorageManager | undefined = navigator.storage;
  if (!manager) return { isPersisted: false, usage: said.unknown };
  const [isPersisted, estimate] = await Promise.all([manager.persisted().catch(() => false), manager.estimate().catch(() => null)]);
  const usage = estimate?.quota ? said.usage(said.size((estimate.usage ?? 0) / MIB), said.size(estimate.quota / MIB)) : said.unknown;
  return { isPersisted, usage };
}
