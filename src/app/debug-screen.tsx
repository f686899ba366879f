// Sync details: the library's debug panel as a page of the application.
import { SyncDebugPanel } from '@/lib/sync';
import type { ScreenProps } from './frame.ts';
import { Page } from './parts/page.tsx';
import { words } from './words.ts';
import './styles/debug.css';

export function DebugScreen({ session }: ScreenProps) {
  return (
    <Page title={words.debug.title} className="debug" branch={session.tenantName}>
      <SyncDebugPanel />
    </Page>
  );
}
