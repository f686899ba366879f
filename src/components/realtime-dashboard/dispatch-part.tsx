// The jobs under way and those of today, in figures.
import { useDispatchUpdates } from '../../react/use-channel-updates.ts';
import { dispatchFigures } from './figures.ts';
import { Facts, Part } from './part.tsx';
import { useMinute } from './use-minute.ts';

export function DispatchPart() {
  const [{ data }] = useDispatchUpdates();
  const { active, late, finishedToday, averageMinutes } = dispatchFigures(data ?? [], useMinute());
  return (
    <Part title="Dispatch">
      <Facts
        rows={[
          ['Jobs under way', String(active)],
          ['Over their time', String(late)],
          ['Finished today', String(finishedToday)],
          ['Average time', averageMinutes === null ? 'None yet' : `${averageMinutes} min`],
        ]}
      />
    </Part>
  );
}
