// Putting the application on the home screen: asked where the browser can, told where only the person can.
import { useContext } from 'react';
import { useTopic } from '../../react/use-topic.ts';
import { InstallContext } from '../use-install.ts';
import { words } from '../words.ts';
import { Section } from './setting-parts.tsx';

const said = words.settings.install;
const TEXTS = { installed: said.installed, ready: said.ready, 'how-to': said.howTo, unknown: said.unknown };

export function InstallSection() {
  const install = useContext(InstallContext);
  const state = useTopic(install.state);
  return (
    <Section title={said.title}>
      <p>{TEXTS[state]}</p>
      {state === 'ready' && (
        <button type="button" className="button button-primary" onClick={() => void install.ask()}>
          {said.action}
        </button>
      )}
    </Section>
  );
}
