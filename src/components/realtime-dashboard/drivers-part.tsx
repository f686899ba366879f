// The drivers and their state, which is changed with one touch.
import { useDriversUpdates, useDriverUpdates } from '../../react/use-channel-updates.ts';
import { driversOf } from './figures.ts';
import { LineRow } from './line-row.tsx';
import { Empty, Part } from './part.tsx';

const STATES: Readonly<Record<string, string>> = { online: 'Online', offline: 'Offline', driving: 'On the way' };

export function DriversPart() {
  const [{ data, isLoading }] = useDriversUpdates();
  const drivers = driversOf(data ?? []);
  return (
    <Part
      title="Drivers"
      aside={<span className="hf-count">{`${drivers.filter(({ state }) => state !== 'offline').length} of ${drivers.length} online`}</span>}
    >
      {drivers.length === 0 ? <Empty isLoading={isLoading}>No drivers that you may see.</Empty> : null}
      <ul className="hf-line-rows">
        {drivers.map(({ id }) => (
          <DriverRow key={id} id={id} />
        ))}
      </ul>
    </Part>
  );
}

function DriverRow({ id }: { readonly id: string }) {
  const [{ data: driver, isPending }, { optimisticUpdate }] = useDriverUpdates(id);
  if (!driver) return null;
  const next = driver.state === 'offline' ? 'online' : 'offline';
  const act = { label: next === 'online' ? 'Set online' : 'Set offline', run: () => optimisticUpdate({ state: next }) };
  return (
    <LineRow name={driver.name} status={driver.state} word={STATES[driver.state] ?? driver.state} isPending={isPending} act={act}>
      <span className="hf-what">{driver.name}</span>
    </LineRow>
  );
}
