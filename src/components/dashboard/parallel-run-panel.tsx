// The parallel run as a panel: how often both systems were compared, and each field in which they differ, with the order and both values.
import type { Difference } from './compare.ts';
import { useParallelRun, type ParallelRunOptions } from './use-parallel-run.ts';

/** Rows that are shown; the count tells of the rest. */
const MOST_ROWS = 50;

export function ParallelRunPanel(options: ParallelRunOptions) {
  const { differences, looks, compared, error } = useParallelRun(options);
  return (
    <div className="parallel-run" aria-busy={looks === 0 && error === null}>
      <p role="status">
        {looks === 0
          ? 'Comparing with the server...'
          : `${compared} orders compared, ${differences.length === 0 ? 'no difference' : `${differences.length} differences`}.`}
        {error !== null && ` ${error}`}
      </p>
      {differences.length > 0 && (
        <table>
          <caption>Where live updates and the server differ</caption>
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Field</th>
              <th scope="col">Live</th>
              <th scope="col">Server</th>
            </tr>
          </thead>
          <tbody>{differences.slice(0, MOST_ROWS).map(toRow)}</tbody>
        </table>
      )}
    </div>
  );
}

function toRow({ orderID, field, synced, polled }: Difference) {
  return (
    <tr key={`${orderID} ${field}`}>
      <th scope="row">{orderID}</th>
      <td>{field}</td>
      <td>{JSON.stringify(synced)}</td>
      <td>{JSON.stringify(polled)}</td>
    </tr>
  );
}
