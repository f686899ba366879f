// Notifications of this device: off until somebody switches them on here, and the browser asks only then.
import { useState } from 'react';
import { usePush } from '@/lib/team';
import { words } from '../words.ts';
import { Section, Switch } from './setting-parts.tsx';

const said = words.team.push;

export function PushSection() {
  const { state, enable, disable } = usePush();
  const [trouble, setTrouble] = useState('');
  const turn = (isOn: boolean) => {
    setTrouble('');
    (isOn ? enable() : disable()).catch(() => setTrouble(said.failed));
  };
  return (
    <Section title={said.title}>
      {state === 'on' || state === 'off' ? (
        <Switch label={said.name} detail={said.detail} isOn={state === 'on'} onSwitch={turn} />
      ) : (
        <p>{state === 'denied' ? said.denied : state === 'unsupported' ? said.unsupported : said.reading}</p>
      )}
      <p className="setting-note" role="status">
        {trouble}
      </p>
    </Section>
  );
}
