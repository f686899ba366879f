// The core stories: sharing, delivery, crashes, the core of the faults, log-out, hostile input; and a table of them: node scripts/test-sync-comprehensive.mjs
import { requireNode } from './require-node.mjs';

await requireNode();
const { runStories } = await import('./story-table.mjs');
process.exitCode = await runStories([
  { project: 'browser', grep: 'BRW\\d+\\b' },
  { project: 'faults', grep: '@core' },
]);
