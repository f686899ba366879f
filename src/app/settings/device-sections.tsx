// The settings that belong to the device: look, sound, work, its name.
import { Volume2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useConnectionHealth } from '@/lib/sync';
import { createBeep, type Beep } from '../beep.ts';
import { NAME_LENGTH, THEMES, UNDO_TIMES, type DeviceSettings } from '../device-settings.ts';
import { useDeviceSettings } from '../use-device-settings.ts';
import { words } from '../words.ts';
import { Choice, Section, Switch } from './setting-parts.tsx';

const said = words.settings;

export interface DeviceSectionProps {
  readonly change: (change: Partial<DeviceSettings>) => void;
}

export function LookSection({ change }: DeviceSectionProps) {
  const { theme } = useDeviceSettings();
  return (
    <Section title={said.look.title}>
      <Choice legend={said.look.theme} values={THEMES} texts={said.look.themes} value={theme} onChoose={(chosen) => change({ theme: chosen })} />
    </Section>
  );
}

export function SoundSection({ change }: DeviceSectionProps) {
  const { sounds } = useDeviceSettings();
  const [outcome, setOutcome] = useState('');
  const beep = useRef<Beep | null>(null);
  useEffect(() => {
    const life = new AbortController();
    beep.current = createBeep(life.signal);
    return () => life.abort();
  }, []);
  const test = async () => setOutcome((await beep.current?.play()) ? said.sound.played : said.sound.blocked);
  return (
    <Section title={said.sound.title}>
      <Switch label={said.sound.name} detail={said.sound.detail} isOn={sounds} onSwitch={(isOn) => change({ sounds: isOn })} />
      <div className="setting-action">
        <button type="button" className="button button-outline" onClick={() => void test()}>
          <Volume2 className="icon" aria-hidden="true" />
          {said.sound.test}
        </button>
        <p className="setting-note" role="status">
          {outcome}
        </p>
      </div>
    </Section>
  );
}

export function WorkSection({ change }: DeviceSectionProps) {
  const { undo, shortcuts } = useDeviceSettings();
  return (
    <Section title={said.work.title}>
      <Choice legend={said.work.undo} values={UNDO_TIMES} texts={said.work.undos} value={undo} onChoose={(chosen) => change({ undo: chosen })} />
      <Switch label={said.work.shortcuts} detail={said.work.shortcutsDetail} isOn={shortcuts} onSwitch={(isOn) => change({ shortcuts: isOn })} />
    </Section>
  );
}

export function DeviceSection({ change }: DeviceSectionProps) {
  const { name } = useDeviceSettings();
  const { host } = useConnectionHealth();
  return (
    <Section title={said.device.title}>
      <NameField key={name} name={name} onName={(next) => change({ name: next })} />
      <dl className="facts">
        <Fact name={said.device.version} value={said.device.build(__VERSION__, String(__BUILD__))} />
        <Fact name={said.device.runs} value={hostText(host)} />
        <Fact name={said.device.browser} value={browserText(navigator.userAgent)} />
      </dl>
    </Section>
  );
}

/** Kept when the field is left: a name in the making is no name. */
function NameField({ name, onName }: { readonly name: string; onName(name: string): void }) {
  return (
    <div className="field">
      <label htmlFor="device-name">{said.device.name}</label>
      <input
        id="device-name"
        type="text"
        autoComplete="off"
        maxLength={NAME_LENGTH}
        defaultValue={name}
        aria-describedby="device-name-hint"
        onBlur={({ target }) => target.value.trim() !== name && onName(target.value.trim())}
      />
      <p id="device-name-hint" className="setting-note">
        {said.device.nameHint}
      </p>
    </div>
  );
}

export function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function hostText(host: string | null): string {
  const hosts: Readonly<Record<string, string>> = said.device.hosts;
  return host === null ? said.device.noHost : Object.hasOwn(hosts, host) ? (hosts[host] ?? host) : host;
}

const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/SamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/Edg[A-Z]*\/(\d+)/, 'Edge'],
  [/(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/(?:Chrome|CriOS)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+)[.\d]* (?:Mobile\/\S+ )?Safari/, 'Safari'],
];

/** `Chrome 156`; what no row knows is shown as the browser says it. */
export function browserText(userAgent: string): string {
  for (const [mark, name] of BROWSERS) {
    const version = mark.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent.slice(0, 60);
}
