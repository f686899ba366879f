// The settings: first those of the device, then connection and storage, then the person who is signed in.
import { useCallback } from 'react';
import { useSession } from '@/lib/sync';
import { useFrame, type ScreenProps } from './frame.ts';
import type { DeviceSettings } from './device-settings.ts';
import { Page } from './parts/page.tsx';
import { SignOutPanel } from './parts/sign-out.tsx';
import { ComparisonSection } from './settings/comparison-section.tsx';
import { ConnectionSection } from './settings/connection-section.tsx';
import { DeviceSection, LookSection, SoundSection, WorkSection } from './settings/device-sections.tsx';
import { InstallSection } from './settings/install-section.tsx';
import { PushSection } from './settings/push-section.tsx';
import { Section } from './settings/setting-parts.tsx';
import { StorageSection } from './settings/storage-section.tsx';
import { useChangeSettings } from './use-device-settings.ts';
import { words } from './words.ts';
import './styles/settings.css';

export function SettingsScreen({ session }: ScreenProps) {
  const change = useKept();
  return (
    <Page title={words.settings.title} className="settings" branch={session.tenantName}>
      <LookSection change={change} />
      <ConnectionSection />
      <WorkSection change={change} />
      <SoundSection change={change} />
      <PushSection />
      <StorageSection />
      <ComparisonSection />
      <InstallSection />
      <DeviceSection change={change} />
      <PersonSection session={session} />
    </Page>
  );
}

/** A setting that could not be kept is said so, and holds for this page. */
function useKept(): (change: Partial<DeviceSettings>) => void {
  const { show } = useFrame();
  const change = useChangeSettings();
  return useCallback((wanted) => void change(wanted).catch(() => show({ tone: 'error', text: words.settings.notKept })), [change, show]);
}

function PersonSection({ session }: Pick<ScreenProps, 'session'>) {
  const { logout } = useSession();
  return (
    <Section title={session.name}>
      <p>{`${words.person.role[session.role]} · ${session.tenantName}`}</p>
      <SignOutPanel signOut={logout} />
    </Section>
  );
}
