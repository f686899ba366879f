// Hands the figures of the day to the browser as a file; nothing is sent anywhere.
import { Download } from 'lucide-react';
import { words } from '../words.ts';
import { csvName, dayCsv } from './day-csv.ts';
import type { DashboardView } from './dashboard.tsx';

/** How long the browser may take to begin with the file, ms. */
const KEPT_MS = 10_000;

export function ExportButton({ view: { hours, money, atMs } }: { readonly view: DashboardView }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([dayCsv(hours, money?.currency ?? null)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = csvName(atMs);
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
  };
  return (
    <button type="button" className="button button-outline export-button" onClick={save}>
      <Download className="icon" aria-hidden="true" />
      {words.dashboard.csv.button}
    </button>
  );
}
