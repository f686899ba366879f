// How updates arrive: what was chosen, what the engine says it does, and the way to the details.
import { useState } from 'react';
import { useConnectionHealth, usePageSync } from '@/lib/sync';
import type { Preferences } from '../../protocol/rpc.ts';
import { hrefOf } from '../routes.ts';
import { words } from '../words.ts';
import { Fact } from './device-sections.tsx';
import { Choice, Section } from './setting-parts.tsx';

const said = words.settings.connection;
const TRANSPORTS: readonly Preferences['transport'][] = ['auto', 'polling'];

const NOW: Readonly<Record<string, string>> = {
  healthy: words.connection.live,
  polling: words.connection.polling,
  connecting: words.connection.connecting,
  error: words.connection.offline,
  disconnected: words.connection.offline,
};

export function ConnectionSection() {
  const page = usePageSync();
  const { transport, status } = useConnectionHealth();
  const [wish, setWish] = useState<Preferences['transport'] | null>(null);
  const [hasFailed, setFailed] = useState(false);
  // The engine has heard it: from here on its word counts, also when another tab chooses.
  if (wish !== null && wish === transport) setWish(null);
  const choose = async (chosen: Preferences['transport']) => {
    setWish(chosen);
    setFailed(false);
    try {
      await page.manager.getSnapshot()?.prefer({ transport: chosen });
    } catch {
      setWish(null);
      setFailed(true);
    }
  };
  return (
    <Section title={said.title}>
      <Choice legend={said.transport} values={TRANSPORTS} texts={said.transports} value={wish ?? transport} onChoose={(chosen) => void choose(chosen)} />
      {hasFailed && (
        <p className="field-error" role="alert">
          {said.failed}
        </p>
      )}
      <dl className="facts">
        <Fact name={said.state} value={NOW[status] ?? status} />
      </dl>
      <a className="button button-outline" href={hrefOf({ place: 'debug' })}>
        {said.details}
      </a>
      <a className="button button-outline" href={hrefOf({ place: 'realtime' })}>
        {words.realtime.title}
      </a>
    </Section>
  );
}
