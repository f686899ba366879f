// The drivers and their state, which is changed with one touch.
import { useState } from 'react';
import { useDriversUpdates, useDriverUpdates } from '../../react/use-channel-updates.ts';
import { driversOf } from './figures.ts';
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
  const [failure, setFailure] = useState<string | null>(null);
  if (!driver) return null;
  const next = driver.state === 'offline' ? 'online' : 'offline';
  const change = (): void => {
    setFailure(null);
    optimisticUpdate({ state: next }).catch((error: unknown) => setFailure(error instanceof Error ? error.message : 'That was not kept.'));
  };
  return (
    <li className="hf-line-row">
      <span className="hf-what">{driver.name}</span>
      <span className="hf-status" data-status={driver.state}>
        {STATES[driver.state] ?? driver.state}
        {isPending && <span className="hf-sending"> (sending)</span>}
      </span>
      <button type="button" className="hf-act" onClick={change}>
        {next === 'online' ? 'Set online' : 'Set offline'}
        <span className="hf-hidden">{` ${driver.name}`}</span>
      </button>
      {failure !== null && (
        <p className="hf-trouble" role="alert">
          {failure}
        </p>
      )}
    </li>
  );
}
