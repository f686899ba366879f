// What was received today and what is due, for those who see amounts.
import { useFinanceUpdates } from '../../react/use-channel-updates.ts';
import { amount, financeFigures } from './figures.ts';
import { Empty, Facts, Part } from './part.tsx';
import { useMinute } from './use-minute.ts';

export function FinancePart() {
  const [{ data, isLoading }] = useFinanceUpdates();
  const nowMs = useMinute();
  if (!data || data.length === 0) {
    return (
      <Part title="Finance">
        <Empty isLoading={isLoading}>No payments that you may see.</Empty>
      </Part>
    );
  }
  const { received, byCash, byCard, due, refunded, currency } = financeFigures(data, nowMs);
  return (
    <Part title="Finance">
      <Facts
        rows={[
          ['Received today', amount(received, currency)],
          ['In cash', amount(byCash, currency)],
          ['By card', amount(byCard, currency)],
          ['Due', amount(due, currency)],
          ['Refunded', amount(refunded, currency)],
        ]}
      />
    </Part>
  );
}
