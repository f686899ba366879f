// For whoever moves a branch from polling to live updates: compares both, field by field, for as long as it is switched on here. Its code comes then.
import { lazy, Suspense, useState } from 'react';
import { Section, Switch } from './setting-parts.tsx';

const Panel = lazy(() => import('../../components/dashboard/parallel-run-panel.tsx').then(({ ParallelRunPanel }) => ({ default: ParallelRunPanel })));

export function ComparisonSection() {
  const [isOn, setOn] = useState(false);
  return (
    <Section title="Check live updates">
      <Switch
        label="Compare with the server"
        detail="Asks the server for all orders every 10 seconds while this page is open, and shows what differs from this device."
        isOn={isOn}
        onSwitch={setOn}
      />
      {isOn && (
        <Suspense fallback={null}>
          <Panel />
        </Suspense>
      )}
    </Section>
  );
}
