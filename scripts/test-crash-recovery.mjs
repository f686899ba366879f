// Crashes of tabs, workers, browser and server on real Chromium, and a table of what came of them: node scripts/test-crash-recovery.mjs
import { requireNode } from './require-node.mjs';

await requireNode();
const { runStories } = await import('./story-table.mjs');
process.exitCode = await runStories([
  { project: 'faults', grep: 'FLT-N(01|02|03|04|05|06|08|10|11|28)\\b' },
  { project: 'browser', grep: 'BRW(5|7|8|14)\\b' },
]);
