// The library's example dashboard (document 004) as a page of the application.
import RealtimeDashboard from '../components/RealtimeDashboard.tsx';
import type { ScreenProps } from './frame.ts';
import { Page } from './parts/page.tsx';
import { words } from './words.ts';
import './styles/debug.css';

export function RealtimeScreen({ session }: ScreenProps) {
  return (
    <Page title={words.realtime.title} className="debug" branch={session.tenantName}>
      <RealtimeDashboard />
    </Page>
  );
}
