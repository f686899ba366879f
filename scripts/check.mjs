// `npm run check`: types, lint and format, each told to the end, so that one run shows all that is wrong.
import { requireNode } from './require-node.mjs';

await requireNode();
const { runNode } = await import('./run-child.mjs');

const STEPS = {
  types: ['node_modules/typescript/bin/tsc', '-b'],
  lint: ['node_modules/oxlint/bin/oxlint', '--deny-warnings'],
  format: ['node_modules/oxfmt/bin/oxfmt', '--check'],
};

const failed = [];
for (const [name, args] of Object.entries(STEPS)) if ((await runNode(args).ended) !== 0) failed.push(name);
if (failed.length > 0) console.error(`check failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
